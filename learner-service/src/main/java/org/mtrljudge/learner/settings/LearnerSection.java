package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.PixelLimits;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.source.DataSettings;

/**
 * The part of a run's settings that the learner reads.
 *
 * @param model the name of a preset or a checkpoint folder
 * @param pixels the limits of the pictures
 * @param device auto (a GPU where there is one), cpu or cuda:N
 */
public record LearnerSection(
        String model, String device, DataSettings data, PixelLimits pixels, LearnerSettings settings) {
    /** The sections that other services read too. */
    private record Shared(String model, String device, DataSettings data) {}

    /** The section of the data once more, for what concerns its pictures. */
    private record Pictures(PixelLimits data) {}

    /** @throws org.mtrljudge.settings.UsageException that names the wrong key, its value and the allowed values */
    public static LearnerSection of(final SettingsTree tree) {
        final Shared shared = tree.bind(Shared.class);
        return new LearnerSection(
                shared.model,
                shared.device,
                shared.data,
                tree.bind(Pictures.class).data,
                tree.bind(LearnerSettings.class));
    }

    /** @throws org.mtrljudge.model.config.ModelException when the device does not exist */
    public ModelOptions modelOptions() {
        return settings.actor().model().on(device);
    }

    /** The model that the run begins with. Its pictures have the limits of the run. */
    public JudgeFolder folder() {
        return JudgeFolder.named(model).within(pixels);
    }

    /** Loads the model. The caller has to close it. */
    public JudgeModel load() {
        return JudgeModel.load(folder(), modelOptions(), settings.trainer().seed());
    }

    /** The folder of images that are stored by reference. */
    public Path dataRoot(final Path runFolder) {
        return ImageStore.root(data.file(), runFolder);
    }
}

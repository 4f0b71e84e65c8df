package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.source.DataSettings;

/**
 * What the learner reads of a run's settings.
 *
 * @param model a preset's name or a checkpoint folder
 * @param device auto (a GPU where there is one), cpu or cuda:N
 */
public record LearnerSection(String model, String device, DataSettings data, LearnerSettings settings) {
    /** The sections that are not the learner's alone. */
    private record Shared(String model, String device, DataSettings data) {}

    /** @throws org.mtrljudge.settings.UsageException that names the key that is wrong, its value and what is allowed */
    public static LearnerSection of(final SettingsTree tree) {
        final Shared shared = tree.bind(Shared.class);
        return new LearnerSection(shared.model, shared.device, shared.data, tree.bind(LearnerSettings.class));
    }

    /** @throws org.mtrljudge.model.config.ModelException when there is no such device */
    public ModelOptions modelOptions() {
        return settings.actor().model().on(device);
    }

    /** The model, to be closed by the caller. */
    public JudgeModel load() {
        return JudgeModel.load(JudgeFolder.named(model), modelOptions());
    }

    /** Where images by reference lie. */
    public Path dataRoot(final Path runFolder) {
        return ImageStore.root(data.file(), runFolder);
    }
}

package org.mtrljudge.learner.settings;

import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.source.DataSettings;
import org.mtrljudge.tasks.source.FittingPrompts;

/**
 * The part of a run's settings that the learner reads.
 *
 * @param model the name of a preset or a checkpoint folder
 * @param limits the limits of the prompts
 * @param device auto (a GPU where there is one), cpu or cuda:N
 */
public record LearnerSection(
        String model, String device, DataSettings data, PromptLimits limits, LearnerSettings settings) {
    /** The sections that other services read too. */
    private record Shared(String model, String device, DataSettings data) {}

    /** The section of the data once more, for the limits of its prompts. */
    private record Prompts(PromptLimits data) {}

    /** @throws org.mtrljudge.settings.UsageException that names the wrong key, its value and the allowed values */
    public static LearnerSection of(final SettingsTree tree) {
        final Shared shared = tree.bind(Shared.class);
        return new LearnerSection(
                shared.model,
                shared.device,
                shared.data,
                tree.bind(Prompts.class).data,
                tree.bind(LearnerSettings.class));
    }

    /** @throws org.mtrljudge.model.config.ModelException when the device does not exist */
    public ModelOptions modelOptions() {
        return settings.actor().model().on(device);
    }

    /** The model that the run begins with. Its prompts have the limits of the run. */
    public JudgeFolder folder() {
        return JudgeFolder.named(model).within(limits);
    }

    /**
     * What measures prompts, where examples whose prompts are too long are left out; null where none is. The caller has to close it.
     */
    public @Nullable PromptLength measure() {
        return leavesOutFrom() != null
                ? new PromptLength(JudgeFolder.named(model).within(limits.ofPictures()))
                : null;
    }

    /** Whether both settings leave out the same examples. */
    public boolean leavesOutAs(final LearnerSection other) {
        return Objects.equals(leavesOutFrom(), other.leavesOutFrom())
                && (leavesOutFrom() == null || limits.ofPictures().equals(other.limits.ofPictures()));
    }

    /** The limit beyond which examples are left out; null where none is. */
    private @Nullable Integer leavesOutFrom() {
        return settings.data().filterOverlongPrompts() ? limits.maxPromptLength() : null;
    }

    /**
     * The examples that are asked.
     *
     * @param measure see {@link #measure}
     * @param warnings receives what is left out
     */
    public ExampleSource fitting(
            final ExampleSource all, final @Nullable PromptLength measure, final Consumer<String> warnings) {
        return measure == null || limits.maxPromptLength() == null
                ? all
                : new FittingPrompts(
                        all,
                        example -> measure.of(example.system(), example.prompt(), example.pictures()),
                        limits.maxPromptLength(),
                        warnings);
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

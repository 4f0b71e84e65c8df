package org.mtrljudge.standalone.run;

import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.algorithm.SftTrainer;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.SftSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.tasks.builtin.Descriptions;

/** Makes the judge-tiny that ships with the code. It teaches new weights to describe training scenes, then to look up a text in them. */
public final class Pretraining {
    private static final double LOOKUP_SHARE = 0.6;
    private static final int PICTURES = 2_000_000;
    private static final int BATCH_SIZE = 64;
    private static final double DESCRIBE_LR = 1.5e-3;
    private static final double LOOKUP_LR = 8e-4;

    private final long seed;
    private final int describeSteps;
    private final int lookupSteps;
    private final TrainingListener listener;

    /** @param seed the seed of the weights and the pictures */
    public Pretraining(
            final long seed, final int describeSteps, final int lookupSteps, final TrainingListener listener) {
        this.seed = seed;
        this.describeSteps = describeSteps;
        this.lookupSteps = lookupSteps;
        this.listener = listener;
    }

    /**
     * Trains both stages and writes the checkpoint.
     *
     * @param from the checkpoint folder from which training continues; null: new weights
     * @param out the checkpoint folder to write
     */
    public void run(final @Nullable Path from, final Path out) {
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        try (JudgeModel model = from == null
                ? JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), seed)
                : JudgeModel.load(JudgeFolder.open(from))) {
            stage(model, "describe", describeSteps, DESCRIBE_LR, 0);
            stage(model, "look up", lookupSteps, LOOKUP_LR, LOOKUP_SHARE);
            model.save(out, WeightType.BF16);
        }
    }

    private void stage(
            final JudgeModel model, final String name, final int steps, final double lr, final double lookupShare) {
        if (steps == 0) {
            return;
        }
        final SftSettings settings = new SftSettings(false, steps, BATCH_SIZE, PICTURES, lr, 0, 0, 0);
        final AdamW.Settings adamW = new AdamW.Settings(0.01, 0.9, 0.98, 1e-8, 1.0);
        try (SftTrainer trainer = new SftTrainer(
                model, settings, adamW, new Descriptions(seed, PICTURES, lookupShare), seed, listener::warned)) {
            listener.phaseStarted(name, steps);
            for (int step = 0; step < steps; step++) {
                final double loss = trainer.step((double) step / steps);
                listener.progressed(name, step + 1, Map.of("sft/loss", loss));
            }
            listener.phaseEnded(name);
        }
    }
}

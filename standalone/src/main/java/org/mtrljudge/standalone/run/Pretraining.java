package org.mtrljudge.standalone.run;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.pretraining.Corpus;

/**
 * Makes a judge-tiny from nothing. It teaches new weights to describe training scenes, then to follow instructions about
 * them. It can be interrupted: the same call continues at the last checkpoint.
 */
public final class Pretraining {
    private static final int MAX_TOKENS_PER_MICRO_BATCH = 16_384;
    private static final int PICTURES = 2_000_000;
    private static final String PROGRESS = "pretraining.json";

    private final Plan plan;
    private final int stepsPerCheckpoint;
    private final TrainingListener listener;

    /**
     * What is learned.
     *
     * @param seed the seed of the weights and the pictures
     * @param from the checkpoint folder from which training continues; null: new weights
     * @param batchSize examples per update
     */
    public record Plan(long seed, @Nullable String from, int batchSize, List<Stage> stages) {
        /** The examples of a stage. Every stage has its own. */
        public Corpus corpus(final int stage) {
            return new Corpus(seed + stage, PICTURES, stages.get(stage).shares);
        }
    }

    /** One stage of the training, with its own learning rate. */
    public record Stage(String name, int steps, double lr, Corpus.Shares shares) {
        public Stage {
            Check.range("the steps of " + name, steps, 0, 1_000_000);
        }
    }

    /** How far a training has come: the stage, and its steps. */
    private record Progress(Plan plan, int stage, int steps) {}

    public Pretraining(final Plan plan, final int stepsPerCheckpoint, final TrainingListener listener) {
        this.plan = plan;
        this.stepsPerCheckpoint = stepsPerCheckpoint;
        this.listener = listener;
    }

    /**
     * Trains all stages and writes the checkpoint.
     *
     * @param out the checkpoint folder to write. A folder beside it has the checkpoints until then
     * @throws UsageException when another training was interrupted there
     */
    public void run(final Path out) {
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors());
        final Path unfinished = out.resolveSibling(out.getFileName() + ".unfinished");
        final Progress from = progress(unfinished);
        try (JudgeModel model = plan.from == null
                ? JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), plan.seed)
                : JudgeModel.load(JudgeFolder.open(Path.of(plan.from)))) {
            for (int stage = from.stage; stage < plan.stages.size(); stage++) {
                train(model, stage, from, unfinished);
            }
            model.save(out, WeightType.BF16);
            Folders.delete(unfinished);
        } catch (final IOException e) {
            throw new RunException(unfinished + " cannot be written: " + e.getMessage(), e);
        }
    }

    private Progress progress(final Path unfinished) {
        final Path file = unfinished.resolve(PROGRESS);
        if (!Files.exists(file)) {
            return new Progress(plan, 0, 0);
        }
        try {
            final Progress progress = Mappers.read(file, Progress.class);
            if (!progress.plan.equals(plan)) {
                throw new UsageException(unfinished + " has a training with other options: " + progress.plan
                        + "; repeat them, or delete that folder");
            }
            return progress;
        } catch (final IOException e) {
            throw new UsageException(
                    file + " cannot be read: " + e.getMessage() + "; delete that folder to start again");
        }
    }

    private void train(final JudgeModel model, final int number, final Progress from, final Path unfinished)
            throws IOException {
        final Stage stage = plan.stages.get(number);
        final SftSettings settings =
                new SftSettings(false, Math.max(1, stage.steps), plan.batchSize, PICTURES, stage.lr, 0, 0, 0);
        final SftTrainer.Update update =
                new SftTrainer.Update(new AdamW.Settings(0.01, 0.9, 0.98, 1e-8, 1.0), MAX_TOKENS_PER_MICRO_BATCH);
        try (SftTrainer trainer =
                new SftTrainer(model, settings, update, plan.corpus(number), plan.seed + number, listener::warned)) {
            final int done = number == from.stage ? from.steps : 0;
            if (done > 0) {
                trainer.resume(unfinished, done);
            }
            listener.phaseStarted(stage.name, stage.steps);
            for (int step = done; step < stage.steps; step++) {
                final double loss = trainer.step((double) step / stage.steps);
                listener.progressed(stage.name, step + 1, Map.of("sft/loss", loss));
                if ((step + 1) % stepsPerCheckpoint == 0) {
                    final byte[] progress = Mappers.JSON.writeValueAsBytes(new Progress(plan, number, step + 1));
                    trainer.save(unfinished, PROGRESS, () -> progress);
                }
            }
            listener.phaseEnded(stage.name);
        }
    }
}

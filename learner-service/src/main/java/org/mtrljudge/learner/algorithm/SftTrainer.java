package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.SftSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.tasks.ExampleSource;

/** Supervised fine-tuning: increases the mean log-probability per token of demonstrations. */
public final class SftTrainer implements AutoCloseable {
    private static final int MAX_SKIPPED = 10;
    private final JudgeModel model;
    private final SftSettings settings;
    private final Demonstrations demonstrations;
    private final AdamW optimizer;
    private final int maxTokensPerMicroBatch;
    private final Consumer<String> warnings;
    private int skippedInARow;

    /** How an update is computed: the optimiser, and the positions of one forward and backward pass. */
    public record Update(AdamW.Settings optimizer, int maxTokensPerMicroBatch) {}

    /** @param warnings receives messages about demonstrations that are left out and updates that are skipped */
    public SftTrainer(
            final JudgeModel model,
            final SftSettings settings,
            final Update update,
            final ExampleSource source,
            final long seed,
            final Consumer<String> warnings) {
        this.model = model;
        this.settings = settings;
        this.demonstrations = new Demonstrations(source, model, settings, seed, warnings);
        this.optimizer = model.optimizer(update.optimizer());
        this.maxTokensPerMicroBatch = update.maxTokensPerMicroBatch();
        this.warnings = warnings;
    }

    /**
     * One update.
     *
     * @param progress the finished part of the stage, 0..1; it determines the learning rate
     * @return the loss before the update, in nats per token
     * @throws LearnerException when ten updates in a row had gradients that were not finite
     */
    public double step(final double progress) {
        final List<PackedGroup> batch = demonstrations.next(settings.batchSize());
        final int tokens =
                batch.stream().mapToInt(PackedGroup::completionTokens).sum();
        final double[] value = new double[1];
        for (final List<PackedGroup> microBatch : MicroBatches.ofDemonstrations(batch, maxTokensPerMicroBatch)) {
            try (NDManager scope = model.newScope()) {
                model.backward(microBatch, 1, scope, scores -> {
                    final NDArray loss = scores.logProbs().sum().mul(-1f / tokens); // [] from [tokens]
                    value[0] += loss.getFloat();
                    return loss;
                });
            }
        }
        count(optimizer.step(settings.learningRate(progress)));
        return value[0];
    }

    private void count(final double gradientNorm) {
        skippedInARow = Double.isFinite(gradientNorm) ? 0 : skippedInARow + 1;
        if (skippedInARow > 0) {
            warnings.accept("an update of the warm-up was skipped, because its gradient was not finite");
        }
        if (skippedInARow == MAX_SKIPPED) {
            throw new LearnerException("the gradients of " + MAX_SKIPPED + " updates of the warm-up in a row were not"
                    + " finite, so it learns nothing: lower sft.lr, or check the weights of the model");
        }
    }

    /** Writes a checkpoint from which the stage can resume, and one more file from the caller. */
    public void save(final Path to, final String file, final Supplier<byte[]> content) {
        model.save(to, optimizer, file, content);
    }

    /** Resumes from such a checkpoint. */
    public void resume(final Path from, final int stepsDone) {
        model.restore(from, optimizer);
        demonstrations.pass(stepsDone, settings.batchSize());
    }

    @Override
    public void close() {
        optimizer.close();
    }
}

package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.model.weights.Weights;

/** Turns a batch of scored groups into an update of the weights. This class does not use Kafka. */
public final class GrpoTrainer implements AutoCloseable {
    private final JudgeModel model;
    private final LearnerSettings settings;
    private final GrpoLoss loss;
    private final AdamW optimizer;
    private final @Nullable Weights reference;
    private int steps;

    public GrpoTrainer(final JudgeModel model, final LearnerSettings settings) {
        this.model = model;
        this.settings = settings;
        final LearnerSettings.Actor actor = settings.actor();
        this.loss = new GrpoLoss(
                actor.clipRatioLow(),
                actor.clipRatioHigh(),
                settings.algorithm().klCoef());
        this.reference = settings.algorithm().klCoef() > 0 ? model.policy().copy() : null;
        this.optimizer = model.optimizer(adamW(settings.actor()));
    }

    public static AdamW.Settings adamW(final LearnerSettings.Actor actor) {
        final LearnerSettings.Optim optim = actor.optim();
        return new AdamW.Settings(optim.weightDecay(), optim.beta1(), optim.beta2(), 1e-8, actor.maxGradNorm());
    }

    /**
     * One training step: learns the batch in updates of {@code actor.global_batch_size} prompts.
     *
     * @return the {@code actor/…} and {@code rollout_is/…} metrics of the step, under their names in the field
     */
    public Map<String, Double> learn(final List<LearnedGroup> batch) {
        steps++;
        final ImportanceCorrection correction = correction();
        final List<List<LearnedGroup>> updates = updates(batch);
        final ProximalPolicy proximal = correction == null
                ? null
                : ProximalPolicy.of(
                        model,
                        updates.stream()
                                .flatMap(groups -> microBatches(groups).stream())
                                .toList(),
                        settings.rollout().temperature(),
                        correction);
        final UpdateMetrics metrics = new UpdateMetrics();
        for (final List<LearnedGroup> groups : updates) {
            update(groups, proximal, metrics);
        }
        final Map<String, Double> values =
                metrics.toMap(learningRate(), settings.algorithm().klCoef());
        if (correction != null) {
            correction.addTo(values);
        }
        return values;
    }

    private @Nullable ImportanceCorrection correction() {
        final LearnerSettings.Algorithm algorithm = settings.algorithm();
        return algorithm.rolloutIs() == LearnerSettings.RolloutIs.NONE
                ? null
                : new ImportanceCorrection(algorithm.rolloutIs(), algorithm.rolloutIsThreshold());
    }

    /**
     * The groups of each update, in parts that fit a micro-batch. Groups that would not change the weights are removed, and so are updates
     * without groups.
     */
    private List<List<LearnedGroup>> updates(final List<LearnedGroup> batch) {
        final List<List<LearnedGroup>> updates = new ArrayList<>();
        for (int from = 0; from < batch.size(); from += settings.actor().globalBatchSize()) {
            final int to = Math.min(batch.size(), from + settings.actor().globalBatchSize());
            final List<LearnedGroup> kept = batch.subList(from, to).stream()
                    .filter(g -> !(g.zeroSpread() && settings.algorithm().onlineFiltering()))
                    .toList();
            if (!kept.isEmpty()) {
                updates.add(MicroBatches.parts(kept, settings.actor().maxTokensPerMicroBatch()));
            }
        }
        return updates;
    }

    private List<List<LearnedGroup>> microBatches(final List<LearnedGroup> groups) {
        return MicroBatches.of(groups, settings.actor().maxTokensPerMicroBatch());
    }

    private void update(
            final List<LearnedGroup> groups, final @Nullable ProximalPolicy proximal, final UpdateMetrics metrics) {
        final LossAverage average = LossAverage.over(groups, settings.actor().lossAvgMode());
        for (final List<LearnedGroup> microBatch : microBatches(groups)) {
            backward(microBatch, TokenArrays.of(microBatch, average, proximal), metrics);
        }
        metrics.addUpdate(optimizer.step(learningRate()));
    }

    /** Adds the gradients of a micro-batch to the gradients on the policy. The sum over an update is the gradient of the update. */
    private void backward(final List<LearnedGroup> groups, final TokenArrays tokens, final UpdateMetrics metrics) {
        final List<PackedGroup> packed =
                groups.stream().map(LearnedGroup::packed).toList();
        final double temperature = settings.rollout().temperature();
        try (NDManager scope = model.newScope()) {
            final NDArray refLogProbs = reference == null
                    ? null
                    : model.score(reference, packed, temperature, scope).logProbs(); // [tokens]
            model.backward(packed, temperature, scope, scores -> {
                final GrpoLoss.Terms terms = loss.of(scores.logProbs(), tokens, refLogProbs, scope);
                metrics.addMicroBatch(terms, scores.entropies());
                return terms.loss();
            });
        }
    }

    private double learningRate() {
        return settings.actor().optim().learningRate(steps, settings.trainer().totalSteps());
    }

    /** Writes a checkpoint from which training can resume, and one more file from the caller. */
    public void save(final Path to, final String file, final Supplier<byte[]> content) {
        model.save(to, optimizer, file, content);
    }

    /** Resumes from such a checkpoint. The reference policy of the KL term does not change: it was set by the constructor. */
    public void resume(final Path from, final int stepsDone) {
        model.restore(from, optimizer);
        steps = stepsDone;
    }

    @Override
    public void close() {
        optimizer.close();
        if (reference != null) {
            reference.close();
        }
    }
}

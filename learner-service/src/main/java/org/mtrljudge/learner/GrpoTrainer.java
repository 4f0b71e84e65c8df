package org.mtrljudge.learner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;
import org.mtrljudge.model.training.TokenScores;
import org.mtrljudge.model.weights.Weights;

/** Turns a batch of scored groups into an update of the weights. Knows no Kafka. */
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

    static AdamW.Settings adamW(final LearnerSettings.Actor actor) {
        final LearnerSettings.Optim optim = actor.optim();
        return new AdamW.Settings(optim.weightDecay(), optim.beta1(), optim.beta2(), 1e-8, actor.maxGradNorm());
    }

    /** Sums over the tokens of a batch, for its metrics. */
    private static final class Sums {
        double surrogate;
        double kl;
        double entropy;
        double policyKl;
        double clippedLow;
        double clippedHigh;
        long tokens;
    }

    /** Learns the batch in updates of {@code actor.global_batch_size} prompts; the metrics carry the field's names. */
    public Map<String, Double> learn(final List<LearnedGroup> batch) {
        steps++;
        final Sums sums = new Sums();
        final ImportanceCorrection correction = correction();
        final Map<LearnedGroup, float[]> proximal = correction == null ? Map.of() : proximal(batch);
        double gradNorm = 0;
        int updates = 0;
        for (int from = 0; from < batch.size(); from += settings.actor().globalBatchSize()) {
            final int to = Math.min(batch.size(), from + settings.actor().globalBatchSize());
            final List<LearnedGroup> kept = batch.subList(from, to).stream()
                    .filter(g -> !(g.zeroSpread() && settings.algorithm().onlineFiltering()))
                    .toList();
            if (!kept.isEmpty()) {
                gradNorm += update(kept, proximal, correction, sums);
                updates++;
            }
        }
        final Map<String, Double> metrics = new TreeMap<>();
        metrics.put("actor/grad_norm", gradNorm / Math.max(1, updates));
        metrics.put("actor/lr", learningRate());
        metrics.put("actor/pg_loss", sums.surrogate / Math.max(1, updates));
        metrics.put("actor/kl_loss", sums.kl / Math.max(1, updates));
        metrics.put("actor/kl_coef", settings.algorithm().klCoef());
        final double tokens = Math.max(1, sums.tokens);
        metrics.put("actor/entropy_loss", sums.entropy / tokens);
        metrics.put("actor/ppo_kl", sums.policyKl / tokens);
        metrics.put("actor/pg_clipfrac", (sums.clippedLow + sums.clippedHigh) / tokens);
        metrics.put("actor/pg_clipfrac_lower", sums.clippedLow / tokens);
        metrics.put("actor/pg_clipfrac_higher", sums.clippedHigh / tokens);
        if (correction != null) {
            correction.addTo(metrics);
        }
        return metrics;
    }

    private @Nullable ImportanceCorrection correction() {
        final LearnerSettings.Algorithm algorithm = settings.algorithm();
        return algorithm.rolloutIs().equals("none")
                ? null
                : new ImportanceCorrection(algorithm.rolloutIs(), algorithm.rolloutIsThreshold());
    }

    /** Log-probabilities of each group's tokens under the weights as they are now. */
    private Map<LearnedGroup, float[]> proximal(final List<LearnedGroup> batch) {
        final Map<LearnedGroup, float[]> proximal = new IdentityHashMap<>();
        for (final List<LearnedGroup> micro : microBatches(batch)) {
            try (NDManager scope = model.newScope()) {
                final float[] all = model.score(
                                micro.stream().map(LearnedGroup::packed).toList(),
                                settings.rollout().temperature(),
                                scope)
                        .logProbs()
                        .toFloatArray();
                int at = 0;
                for (final LearnedGroup group : micro) {
                    proximal.put(group, Arrays.copyOfRange(all, at, at + group.behaviour().length));
                    at += group.behaviour().length;
                }
            }
        }
        return proximal;
    }

    private double learningRate() {
        return settings.actor().optim().learningRate(steps, settings.trainer().totalSteps());
    }

    private double update(
            final List<LearnedGroup> groups,
            final Map<LearnedGroup, float[]> proximal,
            final @Nullable ImportanceCorrection correction,
            final Sums sums) {
        final long tokens = groups.stream().mapToLong(g -> g.behaviour().length).sum();
        final long sequences =
                groups.stream().mapToLong(g -> g.advantages().length).sum();
        for (final List<LearnedGroup> micro : microBatches(groups)) {
            try (NDManager scope = model.newScope()) {
                learn(micro, proximal, correction, tokens, sequences, sums, scope);
            }
        }
        return optimizer.step(learningRate());
    }

    /** Groups of like width together, so that little of a micro-batch is padding. */
    private List<List<LearnedGroup>> microBatches(final List<LearnedGroup> groups) {
        final List<LearnedGroup> sorted = new ArrayList<>(groups);
        sorted.sort(Comparator.comparingInt(g -> -g.packed().width()));
        final List<List<LearnedGroup>> batches = new ArrayList<>();
        List<LearnedGroup> open = new ArrayList<>();
        for (final LearnedGroup group : sorted) {
            final int width = open.isEmpty()
                    ? group.packed().width()
                    : open.get(0).packed().width();
            if (!open.isEmpty() && width * (open.size() + 1) > settings.actor().maxTokensPerMicroBatch()) {
                batches.add(open);
                open = new ArrayList<>();
            }
            open.add(group);
        }
        batches.add(open);
        return batches;
    }

    /** Leaves the micro-batch's share of the update's gradients on the policy. */
    private void learn(
            final List<LearnedGroup> groups,
            final Map<LearnedGroup, float[]> proximal,
            final @Nullable ImportanceCorrection correction,
            final long allTokens,
            final long allSequences,
            final Sums sums,
            final NDManager scope) {
        final int n = groups.stream().mapToInt(g -> g.behaviour().length).sum();
        final float[] old = new float[n]; // what the clip is put around
        final float[] corrections = new float[n];
        final float[] advantages = new float[n];
        final float[] weights = new float[n];
        int at = 0;
        for (final LearnedGroup group : groups) {
            System.arraycopy(proximal.getOrDefault(group, group.behaviour()), 0, old, at, group.behaviour().length);
            if (correction != null) {
                final int[] lengths = group.packed().completions().stream()
                        .mapToInt(tokens -> tokens.length)
                        .toArray();
                final float[] own = correction.weights(
                        Arrays.copyOfRange(old, at, at + group.behaviour().length), group.behaviour(), lengths);
                System.arraycopy(own, 0, corrections, at, own.length);
            }
            for (int c = 0; c < group.advantages().length; c++) {
                final int length = group.packed().completions().get(c).length;
                for (int t = 0; t < length; t++, at++) {
                    advantages[at] = (float) group.advantages()[c];
                    weights[at] = settings.actor().lossAvgMode().equals("token")
                            ? 1f / allTokens
                            : 1f / allSequences / length;
                }
            }
        }
        final List<PackedGroup> packed =
                groups.stream().map(LearnedGroup::packed).toList();
        final double temperature = settings.rollout().temperature();
        final NDArray fixed = reference == null
                ? null
                : model.score(reference, packed, temperature, scope).logProbs();
        model.backward(packed, temperature, scope, scores -> {
            final GrpoLoss.Terms terms = loss.of(
                    scores.logProbs(),
                    scope.create(old),
                    scope.create(advantages),
                    correction == null ? null : scope.create(corrections),
                    scope.create(weights),
                    fixed);
            count(sums, terms, scores, old, advantages);
            return terms.loss();
        });
    }

    private void count(
            final Sums sums,
            final GrpoLoss.Terms terms,
            final TokenScores scores,
            final float[] old,
            final float[] advantages) {
        sums.surrogate += terms.surrogate().getFloat();
        sums.kl += terms.kl().getFloat();
        final float[] logProbs = scores.logProbs().toFloatArray();
        for (final float entropy : scores.entropies().toFloatArray()) {
            sums.entropy += entropy;
        }
        for (int i = 0; i < logProbs.length; i++) {
            final double ratio = Math.exp(logProbs[i] - old[i]);
            sums.policyKl += old[i] - logProbs[i];
            sums.clippedHigh +=
                    advantages[i] > 0 && ratio > 1 + settings.actor().clipRatioHigh() ? 1 : 0;
            sums.clippedLow += advantages[i] < 0 && ratio < 1 - settings.actor().clipRatioLow() ? 1 : 0;
        }
        sums.tokens += logProbs.length;
    }

    /** Writes a checkpoint from which training goes on, and a file of the caller's own beside it. */
    void save(final Path to, final String file, final byte[] content) {
        model.save(to, optimizer, file, content);
    }

    /** Goes on from such a checkpoint. The policy that the KL term looks back to stays the one this was made with. */
    void resume(final Path from, final int stepsDone) {
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

package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.model.JudgeModel;

/**
 * The policy at the start of a training step, kept as its log-probabilities of the tokens of the step. In decoupled PPO (AReaL,
 * section 5.2) the clip is centred on this policy. {@link ImportanceCorrection} weights the tokens that the behaviour policy
 * sampled.
 */
final class ProximalPolicy {
    private final Map<LearnedGroup, float[]> logProbs = new IdentityHashMap<>();
    private final ImportanceCorrection correction;

    private ProximalPolicy(final ImportanceCorrection correction) {
        this.correction = correction;
    }

    /** Scores the micro-batches with the present weights. */
    static ProximalPolicy of(
            final JudgeModel model,
            final List<List<LearnedGroup>> microBatches,
            final double temperature,
            final ImportanceCorrection correction) {
        final ProximalPolicy proximal = new ProximalPolicy(correction);
        for (final List<LearnedGroup> groups : microBatches) {
            try (NDManager scope = model.newScope()) {
                final float[] all = model.score(
                                groups.stream().map(LearnedGroup::packed).toList(), temperature, scope)
                        .logProbs()
                        .toFloatArray(); // [tokens]
                int at = 0;
                for (final LearnedGroup group : groups) {
                    final int tokens = group.behaviour().length;
                    proximal.logProbs.put(group, Arrays.copyOfRange(all, at, at + tokens));
                    at += tokens;
                }
            }
        }
        return proximal;
    }

    /** @return {@code [tokens]}: the log-probabilities of the group, which must be one of the scored groups */
    float[] logProbs(final LearnedGroup group) {
        final float[] own = logProbs.get(group);
        if (own == null) {
            throw new IllegalArgumentException("a group of task " + group.task() + " is not part of this step");
        }
        return own;
    }

    /** @return {@code [tokens]}: the factor of each token's surrogate */
    float[] importanceWeights(final LearnedGroup group) {
        final int[] lengths = group.packed().completions().stream()
                .mapToInt(tokens -> tokens.length)
                .toArray();
        return correction.weights(logProbs(group), group.behaviour(), lengths);
    }
}

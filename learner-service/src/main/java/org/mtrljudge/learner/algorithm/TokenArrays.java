package org.mtrljudge.learner.algorithm;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of {@link GrpoLoss} for a micro-batch, besides the scores of the model. Each array is {@code [tokens]}: group by
 * group, completion by completion, in the order of {@link org.mtrljudge.model.training.TokenScores}.
 *
 * @param oldLogProbs {@code [tokens]}: the log-probabilities under the policy on which the clip is centred: the policy that sampled
 *     or the policy at the start of the step
 * @param advantages {@code [tokens]}: the advantage of the token's completion
 * @param importanceWeights {@code [tokens]}: the factor of each token's surrogate, see {@link ImportanceCorrection}; null for 1
 * @param tokenWeights {@code [tokens]}: the share of each token in the mean, see {@link LossAverage}
 */
record TokenArrays(
        float[] oldLogProbs, float[] advantages, float @Nullable [] importanceWeights, float[] tokenWeights) {

    /**
     * @param groups the groups of the micro-batch
     * @param average the average over the whole update
     * @param proximal the policy on which the clip is centred; null for the policy that sampled
     */
    static TokenArrays of(
            final List<LearnedGroup> groups, final LossAverage average, final @Nullable ProximalPolicy proximal) {
        final int tokens = groups.stream().mapToInt(g -> g.behaviour().length).sum();
        final TokenArrays arrays = new TokenArrays(
                new float[tokens], new float[tokens], proximal == null ? null : new float[tokens], new float[tokens]);
        int at = 0;
        for (final LearnedGroup group : groups) {
            arrays.fill(group, at, average, proximal);
            at += group.behaviour().length;
        }
        return arrays;
    }

    private void fill(
            final LearnedGroup group,
            final int from,
            final LossAverage average,
            final @Nullable ProximalPolicy proximal) {
        final float[] old = proximal == null ? group.behaviour() : proximal.logProbs(group);
        System.arraycopy(old, 0, oldLogProbs, from, old.length);
        if (proximal != null && importanceWeights != null) {
            final float[] own = proximal.importanceWeights(group);
            System.arraycopy(own, 0, importanceWeights, from, own.length);
        }
        int at = from;
        for (int c = 0; c < group.advantages().length; c++) {
            final int length = group.packed().completions().get(c).length;
            for (int t = 0; t < length; t++, at++) {
                advantages[at] = (float) group.advantages()[c];
                tokenWeights[at] = average.tokenWeight(length);
            }
        }
    }
}

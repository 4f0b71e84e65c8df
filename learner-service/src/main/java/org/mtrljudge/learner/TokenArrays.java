package org.mtrljudge.learner;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@link GrpoLoss} reads of a micro-batch besides the model's scores. Each array is {@code [tokens]}: group by group, completion
 * by completion, as {@link org.mtrljudge.model.training.TokenScores} are ordered.
 *
 * @param oldLogProbs {@code [tokens]}: log-probabilities under the policy that the clip is put around, which is the one that sampled,
 *     or the one that the step began with
 * @param advantages {@code [tokens]}: each token has that of its completion
 * @param importanceWeights {@code [tokens]}: what a token's surrogate is multiplied by, see {@link ImportanceCorrection}; null for 1
 * @param tokenWeights {@code [tokens]}: each token's share in the mean, see {@link LossAverage}
 */
record TokenArrays(
        float[] oldLogProbs, float[] advantages, float @Nullable [] importanceWeights, float[] tokenWeights) {

    /**
     * @param groups of the micro-batch
     * @param average of the whole update
     * @param proximal the policy that the clip is put around; null for the one that sampled
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

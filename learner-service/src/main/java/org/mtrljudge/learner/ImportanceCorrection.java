package org.mtrljudge.learner;

import java.util.Arrays;
import java.util.Map;

/**
 * Truncated importance sampling for rollouts of older policies (decoupled PPO, AReaL section 5.2; verl's {@code rollout_is}): the
 * clip is put around the policy the step began with, and a token counts as much more, or less, as that policy would have sampled it.
 */
final class ImportanceCorrection {
    private final LearnerSettings.RolloutIs level;
    private final double threshold;
    private double sum;
    private double squares;
    private double max;
    private long truncated;
    private long tokens;

    /**
     * @param level whose likelihood is compared, a token's or a sequence's
     * @param threshold no weight is larger
     */
    ImportanceCorrection(final LearnerSettings.RolloutIs level, final double threshold) {
        if (level == LearnerSettings.RolloutIs.NONE) {
            throw new IllegalArgumentException("without algorithm.rollout_is there is nothing to correct");
        }
        this.level = level;
        this.threshold = threshold;
    }

    /**
     * @param proximal log-probabilities under the policy the step began with: {@code [tokens]}
     * @param behaviour under the policy that sampled: {@code [tokens]}
     * @param lengths tokens of each completion
     * @return what each token's surrogate is multiplied by: {@code [tokens]}
     */
    float[] weights(final float[] proximal, final float[] behaviour, final int[] lengths) {
        final float[] weights = new float[proximal.length];
        int at = 0;
        for (final int length : lengths) {
            double whole = 0;
            for (int t = at; t < at + length; t++) {
                whole += proximal[t] - behaviour[t];
            }
            for (int t = at; t < at + length; t++) {
                final double logRatio = level == LearnerSettings.RolloutIs.TOKEN ? proximal[t] - behaviour[t] : whole;
                final double ratio = Math.exp(logRatio);
                weights[t] = (float) Math.min(threshold, ratio);
                count(weights[t], ratio > threshold);
            }
            at += length;
        }
        if (at != proximal.length) {
            throw new IllegalArgumentException(Arrays.toString(lengths) + " are not the lengths of " + proximal.length);
        }
        return weights;
    }

    private void count(final double weight, final boolean cut) {
        sum += weight;
        squares += weight * weight;
        max = Math.max(max, weight);
        truncated += cut ? 1 : 0;
        tokens++;
    }

    /** Adds {@code rollout_is/…} over everything weighted so far; the effective sample size is a share. */
    void addTo(final Map<String, Double> metrics) {
        if (tokens > 0) {
            metrics.put("rollout_is/mean", sum / tokens);
            metrics.put("rollout_is/max", max);
            metrics.put("rollout_is/truncated_frac", (double) truncated / tokens);
            metrics.put("rollout_is/eff_sample_size", sum * sum / (tokens * squares));
        }
    }
}

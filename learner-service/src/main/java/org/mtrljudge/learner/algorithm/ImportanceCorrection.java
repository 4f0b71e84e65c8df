package org.mtrljudge.learner.algorithm;

import java.util.Arrays;
import java.util.Map;
import org.mtrljudge.learner.settings.LearnerSettings;

/**
 * Truncated importance sampling for rollouts of older policies (decoupled PPO, AReaL section 5.2; {@code rollout_is} in verl). The
 * clip is centred on the proximal policy, which is the policy at the start of the step. The weight of a token is the likelihood of
 * the token or of its completion under the proximal policy, divided by its likelihood under the policy that sampled it.
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
     * @param level whether likelihoods are compared per token or per sequence
     * @param threshold the upper limit of a weight
     */
    ImportanceCorrection(final LearnerSettings.RolloutIs level, final double threshold) {
        if (level == LearnerSettings.RolloutIs.NONE) {
            throw new IllegalArgumentException("without algorithm.rollout_is there is nothing to correct");
        }
        this.level = level;
        this.threshold = threshold;
    }

    /**
     * @param proximal the log-probabilities under the policy at the start of the step: {@code [tokens]}
     * @param behaviour the log-probabilities under the policy that sampled: {@code [tokens]}
     * @param lengths the number of tokens of each completion
     * @return the factor of each token's surrogate: {@code [tokens]}
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
            throw new IllegalArgumentException(
                    "the lengths " + Arrays.toString(lengths) + " do not add up to " + proximal.length + " tokens");
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

    /** Adds the {@code rollout_is/…} metrics over all tokens weighted so far. The effective sample size is a share, 0..1. */
    void addTo(final Map<String, Double> metrics) {
        if (tokens > 0) {
            metrics.put("rollout_is/mean", sum / tokens);
            metrics.put("rollout_is/max", max);
            metrics.put("rollout_is/truncated_frac", (double) truncated / tokens);
            metrics.put("rollout_is/eff_sample_size", sum * sum / (tokens * squares));
        }
    }
}

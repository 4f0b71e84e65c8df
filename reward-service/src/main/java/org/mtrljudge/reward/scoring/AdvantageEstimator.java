package org.mtrljudge.reward.scoring;

import java.util.Arrays;

/** Computes the advantages of a group from its rewards, without a value network: {@code algorithm.adv_estimator}. */
public enum AdvantageEstimator {
    /** (r − mean) / (unbiased standard deviation + 1e-6), as DeepSeekMath eq. 3 and EasyR1. */
    GRPO {
        @Override
        public double[] advantages(final double[] rewards) {
            final double mean = mean(rewards);
            final double deviation = Math.sqrt(variance(rewards));
            return Arrays.stream(rewards)
                    .map(r -> (r - mean) / (deviation + EPSILON))
                    .toArray();
        }
    },
    /** r − mean. Without a division, easy and hard prompts have the same weight (Dr. GRPO). */
    DR_GRPO {
        @Override
        public double[] advantages(final double[] rewards) {
            final double mean = mean(rewards);
            return Arrays.stream(rewards).map(r -> r - mean).toArray();
        }
    },
    /** r − the mean of the other rewards in the group (leave one out). */
    RLOO {
        @Override
        public double[] advantages(final double[] rewards) {
            final int n = rewards.length;
            final double sum = Arrays.stream(rewards).sum();
            return Arrays.stream(rewards)
                    .map(r -> n == 1 ? 0 : r - (sum - r) / (n - 1))
                    .toArray();
        }
    };

    private static final double EPSILON = 1e-6;

    /** Computes {@code [group]} advantages from {@code [group]} rewards. */
    public abstract double[] advantages(double[] rewards);

    private static double mean(final double[] rewards) {
        return Arrays.stream(rewards).average().orElse(0);
    }

    /** The unbiased variance; 0 for a single reward. */
    static double variance(final double[] rewards) {
        final double mean = mean(rewards);
        final double squares =
                Arrays.stream(rewards).map(r -> (r - mean) * (r - mean)).sum();
        return rewards.length < 2 ? 0 : squares / (rewards.length - 1);
    }
}

package org.mtrljudge.reward.scoring;

import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.stream.RunningScale;
import org.mtrljudge.settings.Check;

/**
 * The settings of the reward service: its reward set, and how it computes advantages from the rewards of a group.
 *
 * @param runningScale whether advantages are divided by the {@link RunningScale} of their task; not allowed with grpo, which divides by
 *     the standard deviation of the group
 * @param pairTimeoutMs a group that waited this long for the other order of its pair becomes a dead letter; only in a live run
 */
public record RewardSettings(RewardSet set, AdvantageEstimator advEstimator, boolean runningScale, long pairTimeoutMs) {
    public RewardSettings {
        Check.range("reward.pair_timeout_ms", pairTimeoutMs, 1, 86_400_000);
        if (runningScale && advEstimator == AdvantageEstimator.GRPO) {
            throw new IllegalArgumentException("algorithm.running_scale divides by the running scale of the task, but"
                    + " algorithm.adv_estimator grpo already divides by the scale of the group:"
                    + " choose dr_grpo or rloo");
        }
    }
}

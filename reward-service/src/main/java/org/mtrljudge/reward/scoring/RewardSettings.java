package org.mtrljudge.reward.scoring;

import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.stream.RunningScale;
import org.mtrljudge.settings.Check;

/**
 * How the reward service works: what it rewards, and how rewards of a group become advantages.
 *
 * @param runningScale divide advantages by their task's {@link RunningScale}; not together with grpo, which divides by the group's own
 * @param pairTimeoutMs a group whose pair's other order does not come is scored alone once nothing has come for so long
 */
public record RewardSettings(RewardSet set, AdvantageEstimator advEstimator, boolean runningScale, long pairTimeoutMs) {
    public RewardSettings {
        Check.range("reward.pair_timeout_ms", pairTimeoutMs, 1, 86_400_000);
        if (runningScale && advEstimator == AdvantageEstimator.GRPO) {
            throw new IllegalArgumentException("algorithm.running_scale divides by the task's running scale and"
                    + " adv_estimator grpo by the group's: choose dr_grpo or rloo with it");
        }
    }
}

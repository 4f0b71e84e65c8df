package org.mtrljudge.reward;

import org.mtrljudge.tasks.Check;

/**
 * The reward set: R = (1 − α) · accuracy + α · format, both binary (the paper's section on the reward).
 *
 * @param name of the set, written into every scored group
 * @param version raised when its meaning changes
 * @param formatWeight α
 */
public record RewardSettings(String name, int version, double formatWeight, AdvantageEstimator advEstimator) {
    public RewardSettings {
        Check.range("reward.format_weight", formatWeight, 0, 1);
    }
}

package org.mtrljudge.reward;

/** How the reward service works: what it rewards, and how rewards of a group become advantages. */
public record RewardSettings(RewardSet set, AdvantageEstimator advEstimator) {}

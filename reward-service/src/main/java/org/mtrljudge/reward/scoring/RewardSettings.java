package org.mtrljudge.reward.scoring;

import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.stream.RunningScale;
import org.mtrljudge.settings.Check;

/**
 * The settings of the reward service: its reward set, and how it computes advantages from the rewards of a group.
 *
 * @param runningScale whether advantages are divided by the {@link RunningScale} of their task; not allowed with grpo, which divides by
 *     the standard deviation of the group
 * @param pairLimitMs a group that waited this long for the other orders of its pair becomes a dead letter; only in a live run
 * @param groupSize the number of completions of a training group, from which the time limits of a group follow
 */
public record RewardSettings(
        RewardSet set, AdvantageEstimator advEstimator, boolean runningScale, long pairLimitMs, int groupSize) {
    private static final int USUAL_GROUP_SIZE = 8;
    private static final long SHORTEST_GROUP_LIMIT_MS = 60_000;

    /** Scores are one transaction, and brokers allow a transaction 15 minutes by default. */
    private static final long LONGEST_RECORD_LIMIT_MS = 14 * 60_000;

    public RewardSettings {
        Check.range("reward.pair_limit_ms", pairLimitMs, 1, 86_400_000);
        if (runningScale && advEstimator == AdvantageEstimator.GRPO) {
            throw new IllegalArgumentException("algorithm.running_scale divides by the running scale of the task, but"
                    + " algorithm.adv_estimator grpo already divides by the scale of the group:"
                    + " choose dr_grpo or rloo");
        }
        if (longestGroupMs(set) < SHORTEST_GROUP_LIMIT_MS) {
            throw new IllegalArgumentException("position_consistency scores " + set.maxOrders()
                    + " groups in one transaction, which has no time for calls of " + set.callLimitMs()
                    + " ms: reward.plugin_timeout_ms, or timeout_ms of a function or server, can be "
                    + (LONGEST_RECORD_LIMIT_MS / set.maxOrders() - SHORTEST_GROUP_LIMIT_MS) + " at most");
        }
    }

    /** The settings for groups of eight completions. */
    public RewardSettings(
            final RewardSet set,
            final AdvantageEstimator advEstimator,
            final boolean runningScale,
            final long pairLimitMs) {
        this(set, advEstimator, runningScale, pairLimitMs, USUAL_GROUP_SIZE);
    }

    /** The same settings with another reward set. */
    public RewardSettings with(final RewardSet other) {
        return new RewardSettings(other, advEstimator, runningScale, pairLimitMs, groupSize);
    }

    /**
     * The time limit of the verifier for one group, in milliseconds: twice the time in which every call of a training group hangs until
     * its own limit, because a test may draw more completions. 0: no limit, because all verifiers are built in.
     */
    public long groupLimitMs() {
        final long callMs = set.callLimitMs();
        final long wantedMs = Math.max(SHORTEST_GROUP_LIMIT_MS, 2 * groupSize * callMs) * set.samples();
        return callMs == 0 ? 0 : Math.min(wantedMs, longestGroupMs(set));
    }

    /** The last order of a pair is scored together with the others. */
    private static long longestGroupMs(final RewardSet set) {
        return LONGEST_RECORD_LIMIT_MS / set.maxOrders() - set.callLimitMs();
    }

    /** The longest time that one record can take, in milliseconds; 0 where all verifiers are built in. */
    public long recordLimitMs() {
        return set.callLimitMs() == 0 ? 0 : set.maxOrders() * (groupLimitMs() + set.callLimitMs());
    }
}

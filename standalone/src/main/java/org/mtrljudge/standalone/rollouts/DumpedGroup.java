package org.mtrljudge.standalone.rollouts;

import java.util.List;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.reward.scoring.GroupCheck;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;

/**
 * A group that a file holds.
 *
 * @param rewardSet what the scores come from
 * @param scores one per completion; empty where a completion has none
 */
record DumpedGroup(RolloutGroup rollout, String rewardSet, int rewardSetVersion, List<CompletionScore> scores) {
    /**
     * Refuses what no reader of the log could use.
     *
     * @throws IllegalArgumentException that says what is wrong
     */
    void check() {
        GroupCheck.checkForm(rollout);
        for (final CompletionScore score : scores) {
            final boolean finite = Double.isFinite(score.getAdvantage())
                    && score.getComponents().values().stream().allMatch(Double::isFinite);
            if (!finite || !(Math.abs(score.getTotal()) <= TaskReward.MAX_REWARD)) {
                throw new IllegalArgumentException("a completion has the reward " + score.getTotal()
                        + ", the advantage " + score.getAdvantage() + " and the components " + score.getComponents()
                        + ": finite numbers are needed, and a reward of at most ±" + TaskReward.MAX_REWARD);
            }
        }
    }

    String promptId() {
        return rollout.getPrompt().getPromptId();
    }

    /**
     * The group with its scores.
     *
     * @param partition where its rollouts lie in the log
     */
    ScoredGroup scored(final int partition, final long offset) {
        final double first = scores.get(0).getTotal();
        return new ScoredGroup(
                rollout,
                rewardSet,
                rewardSetVersion,
                scores,
                scores.stream().allMatch(score -> score.getTotal() == first),
                0.0,
                offset,
                partition);
    }
}

package org.mtrljudge.reward.rule;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.ScoredCompletion;

/** The rewards of a run whose settings name functions or servers and no reward set: the score of each is the reward of its tasks. */
public final class OwnRewards {
    private static final String NAME = "functions";

    private OwnRewards() {}

    /** @param tasks the tasks whose reward the score of the grader is; empty: all tasks */
    public record Own(Grader grader, List<String> tasks) {}

    /**
     * @param others the rewards of tasks that no grader has
     * @return {@code others} where there is no grader
     * @throws IllegalArgumentException when two graders have the same task
     */
    public static RewardSet over(final RewardSet others, final List<Own> graders) {
        if (graders.isEmpty()) {
            return others;
        }
        final Map<String, TaskReward> tasks = new HashMap<>(others.tasks());
        @Nullable TaskReward everywhere = null;
        for (final Own own : graders) {
            final TaskReward reward = reward(own.grader);
            if (own.tasks.isEmpty()) {
                refuse(everywhere != null, "all tasks");
                everywhere = reward;
            }
            for (final String task : own.tasks) {
                refuse(tasks.put(task, reward) != null, "the task '" + task + "'");
            }
        }
        return new RewardSet(NAME, 1, tasks, everywhere == null ? others.defaults() : everywhere);
    }

    private static void refuse(final boolean twice, final String what) {
        if (twice) {
            throw new IllegalArgumentException("two of reward.functions and reward.servers are the reward of " + what
                    + ": say in a reward set (reward.file) how they are combined");
        }
    }

    private static TaskReward reward(final Grader grader) {
        return new TaskReward(
                grader,
                Map.of(),
                1,
                null,
                new Combination.Weighted(
                        Map.of(ScoredCompletion.SCORE, 1.0), grader.terms().components()));
    }
}

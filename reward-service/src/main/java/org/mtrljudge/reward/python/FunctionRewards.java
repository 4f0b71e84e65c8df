package org.mtrljudge.reward.python;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.Combination;
import org.mtrljudge.reward.rule.Grader;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;

/** The rewards of a run whose settings name functions and no reward set: the score of a function is the reward of its tasks. */
public final class FunctionRewards {
    private static final String NAME = "functions";

    private FunctionRewards() {}

    /**
     * @param others the rewards of tasks without a function
     * @param graders the functions by name
     * @return {@code others} where there is no function
     * @throws IllegalArgumentException when two functions have the same task
     */
    public static RewardSet over(
            final RewardSet others, final List<FunctionSettings> functions, final Map<String, Grader> graders) {
        if (functions.isEmpty()) {
            return others;
        }
        final Map<String, TaskReward> tasks = new HashMap<>(others.tasks());
        @Nullable TaskReward everywhere = null;
        for (final FunctionSettings function : functions) {
            final TaskReward reward = reward(Objects.requireNonNull(graders.get(function.name())));
            if (function.tasks().isEmpty()) {
                refuse(everywhere != null, "all tasks");
                everywhere = reward;
            }
            for (final String task : function.tasks()) {
                refuse(tasks.put(task, reward) != null, "the task '" + task + "'");
            }
        }
        return new RewardSet(NAME, 1, tasks, everywhere == null ? others.defaults() : everywhere);
    }

    private static void refuse(final boolean twice, final String what) {
        if (twice) {
            throw new IllegalArgumentException("reward.functions: two functions are the reward of " + what
                    + ": say in a reward set (reward.file) how they are combined");
        }
    }

    private static TaskReward reward(final Grader grader) {
        return new TaskReward(
                grader,
                Map.of(),
                1,
                null,
                new Combination.Weighted(Map.of(PythonFunction.SCORE, 1.0), grader.components()));
    }
}

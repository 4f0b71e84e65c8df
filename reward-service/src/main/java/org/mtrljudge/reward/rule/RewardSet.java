package org.mtrljudge.reward.rule;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.tasks.LabelVerifier;

/**
 * How a run's completions are rewarded, task by task.
 *
 * @param name written into every scored group
 * @param version raised when its meaning changes
 * @param defaults of tasks that have no entry; null: such a task's groups are dead letters
 */
public record RewardSet(
        String name,
        int version,
        Map<String, TaskReward> tasks,
        @Nullable TaskReward defaults) {

    public RewardSet {
        tasks = Map.copyOf(tasks);
    }

    /** R = (1 − α) · accuracy + α · format for every task (the paper's reward). */
    public static RewardSet accuracyAndFormat(final double alpha) {
        Check.range("reward.format_weight", alpha, 0, 1);
        final LabelVerifier label = new LabelVerifier();
        final Combination combination =
                new Combination.Weighted(Map.of("accuracy", 1 - alpha, "format", alpha), label.components());
        return new RewardSet("accuracy-format", 1, Map.of(), new TaskReward(label, Map.of(), false, combination));
    }

    /** @throws IllegalArgumentException for a task it does not know */
    public TaskReward of(final String task) {
        final TaskReward own = tasks.get(task);
        if (own != null) {
            return own;
        }
        if (defaults == null) {
            throw new IllegalArgumentException("the reward set '" + name + "' knows no task '" + task + "', only "
                    + tasks.keySet().stream().sorted().toList());
        }
        return defaults;
    }
}

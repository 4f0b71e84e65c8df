package org.mtrljudge.reward.replay;

import java.util.Set;
import java.util.function.Predicate;
import org.mtrljudge.schemas.RolloutGroup;

/**
 * Selects the rollouts of a run that are scored again.
 *
 * @param sinceMs the earliest start of generation, in milliseconds
 * @param firstVersion the first policy version whose rollouts are taken
 * @param lastVersion the last policy version whose rollouts are taken
 * @param tasks the tasks that are taken; empty for all tasks
 */
public record RolloutFilter(long sinceMs, int firstVersion, int lastVersion, Set<String> tasks)
        implements Predicate<RolloutGroup> {
    /** Takes every rollout. */
    public static final RolloutFilter ALL = new RolloutFilter(0, Integer.MIN_VALUE, Integer.MAX_VALUE, Set.of());

    public RolloutFilter {
        tasks = Set.copyOf(tasks);
    }

    @Override
    public boolean test(final RolloutGroup group) {
        return group.getStartedAtMs() >= sinceMs
                && group.getPolicyVersion() >= firstVersion
                && group.getPolicyVersion() <= lastVersion
                && (tasks.isEmpty() || tasks.contains(group.getPrompt().getTask()));
    }
}

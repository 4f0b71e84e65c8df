package org.mtrljudge.reward.replay;

import java.util.Set;
import java.util.function.Predicate;
import org.mtrljudge.schemas.RolloutGroup;

/**
 * Which rollouts of a run are scored again.
 *
 * @param sinceMs only those whose generation began then or later
 * @param firstVersion of the policies whose rollouts are taken
 * @param lastVersion included
 * @param tasks empty for all
 */
public record RolloutFilter(long sinceMs, int firstVersion, int lastVersion, Set<String> tasks)
        implements Predicate<RolloutGroup> {
    /** Takes everything. */
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

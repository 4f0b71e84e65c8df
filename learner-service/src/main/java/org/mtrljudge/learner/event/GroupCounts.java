package org.mtrljudge.learner.event;

/**
 * The counts of a run's training prompts by outcome. At the end of the run, published = learned + stale + dead. Some more are published where
 * the last place was the first order of a pair.
 */
public record GroupCounts(long published, long scored, long learned, long stale, long dead) {
    public static final GroupCounts NONE = new GroupCounts(0, 0, 0, 0, 0);

    public GroupCounts onePublished() {
        return new GroupCounts(published + 1, scored, learned, stale, dead);
    }

    public GroupCounts oneLearned() {
        return new GroupCounts(published, scored + 1, learned + 1, stale, dead);
    }

    public GroupCounts oneStale() {
        return new GroupCounts(published, scored + 1, learned, stale + 1, dead);
    }

    /** A dead group counts as scored too, because its prompt received an answer. */
    public GroupCounts oneDead() {
        return new GroupCounts(published, scored + 1, learned, stale, dead + 1);
    }
}

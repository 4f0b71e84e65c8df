package org.mtrljudge.learner.event;

/** What became of the training prompts of a run; at its end published = learned + stale + dead. */
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

    /** A dead group got its answer too, if not the wanted one: it counts as scored. */
    public GroupCounts oneDead() {
        return new GroupCounts(published, scored + 1, learned, stale, dead + 1);
    }
}

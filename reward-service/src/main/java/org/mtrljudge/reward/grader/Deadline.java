package org.mtrljudge.reward.grader;

import java.util.concurrent.TimeUnit;

/** The end of the time that grading a group may take. */
public final class Deadline {
    private final long limitMs;
    private final long startNanos = System.nanoTime();

    private Deadline(final long limitMs) {
        this.limitMs = limitMs;
    }

    /** @param limitMs the time from now on; 0: there is no end */
    public static Deadline in(final long limitMs) {
        return new Deadline(limitMs == 0 ? Long.MAX_VALUE : limitMs);
    }

    /** The time that is left, in milliseconds; 0 when it has passed. */
    public long leftMs() {
        return Math.max(0, limitMs - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos));
    }

    public boolean hasPassed() {
        return leftMs() == 0;
    }

    /** The time from the start to the end, in milliseconds. */
    public long limitMs() {
        return limitMs;
    }
}

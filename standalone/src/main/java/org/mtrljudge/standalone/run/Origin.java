package org.mtrljudge.standalone.run;

import org.jspecify.annotations.Nullable;

/**
 * Where a run came from, besides its settings: {@code origin.json}.
 *
 * @param fromScored the topic it learns from, offline
 * @param fork the run it was forked from
 * @param atStep and after which of its steps
 */
public record Origin(
        @Nullable String fromScored,
        @Nullable String fork,
        @Nullable Integer atStep) {
    /** A run that learns from rollouts of its own policies, from the beginning. */
    public static final Origin NEW = new Origin(null, null, null);

    public static Origin fromScored(final String topic) {
        return new Origin(topic, null, null);
    }

    public static Origin fork(final String run, final int atStep) {
        return new Origin(null, run, atStep);
    }
}

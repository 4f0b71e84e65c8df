package org.mtrljudge.standalone;

import org.jspecify.annotations.Nullable;

/**
 * Where a run came from, besides its settings: {@code origin.json}.
 *
 * @param fromScored the topic it learns from, offline
 * @param fork the run it was forked from
 * @param atStep and after which of its steps
 */
record Origin(
        @Nullable String fromScored,
        @Nullable String fork,
        @Nullable Integer atStep) {
    /** A run that learns from rollouts of its own policies, from the beginning. */
    static final Origin NEW = new Origin(null, null, null);

    static Origin fromScored(final String topic) {
        return new Origin(topic, null, null);
    }

    static Origin fork(final String run, final int atStep) {
        return new Origin(null, run, atStep);
    }
}

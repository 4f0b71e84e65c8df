package org.mtrljudge.standalone.run;

import org.jspecify.annotations.Nullable;

/**
 * The origin of a run, in addition to its settings: {@code origin.json}.
 *
 * @param fromScored the scored topic from which the run learns offline
 * @param fork the run from which this run was forked
 * @param atStep the step of that run after which this run was forked
 * @param imported the file or folder with the rollouts of this run, which was never trained here
 */
public record Origin(
        @Nullable String fromScored,
        @Nullable String fork,
        @Nullable Integer atStep,
        @Nullable String imported) {
    /** The origin of a run that starts from the beginning and learns from the rollouts of its own policies. */
    public static final Origin NEW = new Origin(null, null, null, null);

    public static Origin fromScored(final String topic) {
        return new Origin(topic, null, null, null);
    }

    public static Origin fork(final String run, final int atStep) {
        return new Origin(null, run, atStep, null);
    }

    public static Origin imported(final String dump) {
        return new Origin(null, null, null, dump);
    }
}

package org.mtrljudge.learner.event;

import java.util.Map;

/**
 * Receives the progress of a run, for progress bars, curves or a terminal. Methods are called on the learner's thread; by default
 * they do nothing.
 */
public interface TrainingListener {
    /** @param steps the number of steps of the phase, or of prompts of an evaluation */
    default void phaseStarted(final String phase, final int steps) {}

    /** @param metrics the metrics under their names in the field; empty between evaluation prompts */
    default void progressed(final String phase, final int done, final Map<String, Double> metrics) {}

    default void phaseEnded(final String phase) {}

    /** Information for the user of the run, such as an address that is served. */
    default void noted(final String message) {}

    /** A service is stalled, or something was lost; the run continues. */
    default void warned(final String message) {}

    /**
     * Called repeatedly while the learner waits for answers.
     *
     * @param unanswered the number of prompts without an answer
     * @param scoredLag the number of scored groups in the log that were not read yet
     */
    default void backlog(final int unanswered, final long scoredLag) {}
}

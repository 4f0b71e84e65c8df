package org.mtrljudge.learner;

import java.util.Map;

/** Is told how a run goes: progress bars, curves, a terminal. Called on the learner's thread; by default it does nothing. */
public interface TrainingListener {
    /** @param steps of the phase, or prompts of an evaluation */
    default void phaseStarted(final String phase, final int steps) {}

    /** @param metrics by the field's names; empty between evaluation prompts */
    default void progressed(final String phase, final int done, final Map<String, Double> metrics) {}

    default void phaseEnded(final String phase) {}

    /** Something that the user of the run wants to know, such as an address that is served. */
    default void noted(final String message) {}

    /** A service is stalled, or something was lost; the run continues. */
    default void warned(final String message) {}

    /**
     * Told again and again while answers are awaited.
     *
     * @param unanswered prompts that nothing has come for
     * @param scoredLag scored groups in the log that were not read yet
     */
    default void backlog(final int unanswered, final long scoredLag) {}
}

package org.mtrljudge.learner;

import java.util.Map;

/** Is told how a run goes: progress bars, curves, a terminal. Called on the learner's thread. */
public interface TrainingListener {
    /** @param steps of the phase, or prompts of an evaluation */
    void phaseStarted(String phase, int steps);

    /** @param metrics by the field's names; empty between evaluation prompts */
    void progressed(String phase, int done, Map<String, Double> metrics);

    void phaseEnded(String phase);

    /** Something stands still or was lost; the run goes on. */
    void warned(String message);

    /**
     * Told again and again while answers are awaited.
     *
     * @param unanswered prompts that nothing has come for
     * @param scoredLag scored groups in the log that were not read yet
     */
    default void backlog(final int unanswered, final long scoredLag) {}
}

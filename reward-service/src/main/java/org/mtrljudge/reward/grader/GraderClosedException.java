package org.mtrljudge.reward.grader;

/** Grading was stopped with its process. Nothing follows from this for the group: it is graded after the restart. */
public final class GraderClosedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public GraderClosedException(final String message) {
        super(message);
    }
}

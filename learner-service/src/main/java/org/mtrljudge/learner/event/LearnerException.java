package org.mtrljudge.learner.event;

/** Training cannot continue, or a step cannot be found. The message says why and what to do. */
public class LearnerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public LearnerException(final String message) {
        super(message);
    }

    public LearnerException(final String message, final Throwable cause) {
        super(message, cause);
    }
}

package org.mtrljudge.learner;

/** Training cannot go on, or a step cannot be found. The message says why and what to do. */
public class LearnerException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LearnerException(final String message) {
        super(message);
    }

    LearnerException(final String message, final Throwable cause) {
        super(message, cause);
    }
}

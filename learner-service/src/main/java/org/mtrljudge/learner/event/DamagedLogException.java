package org.mtrljudge.learner.event;

/** The log has changed since it was written. The message says where. */
public final class DamagedLogException extends LearnerException {
    private static final long serialVersionUID = 1;

    public DamagedLogException(final String message) {
        super(message);
    }
}

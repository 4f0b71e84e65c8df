package org.mtrljudge.reward.python;

import org.mtrljudge.reward.grader.FailureReason;

/** A call of a function did not come back with an answer. */
final class WorkerException extends Exception {
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    WorkerException(final FailureReason reason, final String message) {
        super(message);
        this.reason = reason;
    }

    FailureReason reason() {
        return reason;
    }
}

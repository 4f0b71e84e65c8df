package org.mtrljudge.reward.grader;

/** A group has no score, although nothing is wrong with the group: another attempt, or a corrected grader, can score it. */
public final class FailedScoreException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final FailureReason reason;

    public FailedScoreException(final FailureReason reason, final String message) {
        super(message);
        this.reason = reason;
    }

    public FailureReason reason() {
        return reason;
    }
}

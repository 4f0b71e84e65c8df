package org.mtrljudge.reward.grader;

import org.mtrljudge.tasks.Verification;

/** What a grader said of a completion, or why it said nothing. */
public sealed interface Grade {
    /** The components of a completion. */
    record Given(Verification verification) implements Grade {}

    /** The completion has no grade, which is not the same as a low one. */
    record Failed(FailureReason reason, String message) implements Grade {}
}

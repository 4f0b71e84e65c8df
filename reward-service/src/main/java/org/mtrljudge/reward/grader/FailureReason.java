package org.mtrljudge.reward.grader;

/** Why a score failed. Dead letters and metrics name the reason in lower case. */
public enum FailureReason {
    /** No answer came in time. */
    TIMEOUT,
    /** The process of the function ended. */
    DIED,
    /** The function used more memory than it may. */
    MEMORY,
    /** The verifier or the function ended with an exception. */
    RAISED,
    /** The answer has more or fewer scores than there are completions. */
    WRONG_COUNT,
    /** The answer has no score for this completion, for example None. */
    NO_SCORE,
    /** The score is not a finite number. */
    NOT_A_NUMBER,
    /** The answer cannot be read. */
    GARBLED,
    /** No connection to the server, or it broke. */
    UNREACHABLE,
    /** The server answered with another status than 200. */
    HTTP_STATUS,
    /** The grades were given, but the reward set computes no reward from them. */
    REWARD;

    /** The reason in records and metrics. */
    public String word() {
        return Entries.word(this);
    }
}

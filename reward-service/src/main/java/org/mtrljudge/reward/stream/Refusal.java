package org.mtrljudge.reward.stream;

import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.FailedScoreException;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.GraderClosedException;

/**
 * Why a group becomes a dead letter.
 *
 * @param failure why its score failed; null where the group itself is at fault, so that no other attempt can score it
 */
record Refusal(String why, @Nullable FailureReason failure) {

    /** The group itself is at fault. */
    static Refusal of(final String why) {
        return new Refusal(why, null);
    }

    /**
     * The refusal that an exception stands for. No record may end the service, whatever our code or a plug-in did not expect of it.
     *
     * @throws RuntimeException the exception itself where Kafka or the registry cannot work, or the service stops: that is not the fault of
     *     the record
     */
    static Refusal of(final RuntimeException e) {
        if (e instanceof GraderClosedException
                || e instanceof KafkaException && !(e instanceof SerializationException)) {
            throw e;
        }
        final boolean told = e instanceof IllegalArgumentException || e instanceof SerializationException;
        return new Refusal(
                told ? String.valueOf(e.getMessage()) : "it cannot be scored: " + e,
                e instanceof FailedScoreException failed ? failed.reason() : null);
    }
}

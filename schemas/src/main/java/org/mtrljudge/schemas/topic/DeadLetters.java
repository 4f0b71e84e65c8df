package org.mtrljudge.schemas.topic;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetter;

/** Makes dead letters. The payload is cut to the size that the schema allows. */
public final class DeadLetters {
    private static final int MAX_PAYLOAD_BYTES = 64 << 10;
    private static final int MAX_REASON_LENGTH = 2000;

    private DeadLetters() {}

    /** @param promptId the id of the prompt; null where it could not be read */
    public static DeadLetter of(
            final @Nullable String promptId,
            final String topic,
            final int partition,
            final long offset,
            final String service,
            final String reason,
            final ByteBuffer payload) {
        final ByteBuffer cut = payload.slice(0, Math.min(payload.limit(), MAX_PAYLOAD_BYTES));
        return new DeadLetter(
                promptId,
                topic,
                partition,
                offset,
                service,
                reason.substring(0, Math.min(reason.length(), MAX_REASON_LENGTH)),
                cut,
                null,
                null);
    }

    /**
     * Adds the pair of the prompt. The reward service waits for both orders of a pair, and this tells it that one of them will not come.
     *
     * @param pairId null where the prompt has no pair
     * @return the letter
     */
    public static DeadLetter inPair(final DeadLetter letter, final @Nullable String pairId) {
        letter.put("pairId", pairId);
        return letter;
    }

    /**
     * Marks the letter of a group whose score failed.
     *
     * @param failedScore why, in a word; null where the record itself is at fault
     * @return the letter
     */
    public static DeadLetter failedFor(final DeadLetter letter, final @Nullable String failedScore) {
        letter.put("failedScore", failedScore);
        return letter;
    }
}

package org.mtrljudge.learner.topics;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.JudgeExample;

/** Writes prompts into the log. */
public final class PromptWriter implements AutoCloseable {
    private static final int MAX_INLINE_BYTES = 32 << 10;
    /** The offset of a prompt that was never written. */
    private static final long NOWHERE = -1;
    private final Topics topics;
    private final Producer<String, byte[]> producer;
    private volatile @Nullable Exception failed;
    private volatile long next;

    /** @param next the offset of the next prompt */
    PromptWriter(final KafkaClients clients, final long next) {
        this(clients.topics(), clients.producer(), next);
    }

    /** @param producer is closed with this writer */
    PromptWriter(final Topics topics, final Producer<String, byte[]> producer, final long next) {
        this.topics = topics;
        this.producer = producer;
        this.next = next;
    }

    /** @throws org.mtrljudge.tasks.DataException when the file of a picture cannot be read */
    public static PromptRequest request(
            final String promptId,
            final JudgeExample example,
            final int groupSize,
            final Sampling sampling,
            final Purpose purpose,
            final int minPolicyVersion,
            final @Nullable String pairId) {
        final List<ImageRef> images = new ArrayList<>();
        for (final ExampleImage image : example.images()) {
            final ByteBuffer bytes = ByteBuffer.wrap(image.bytes());
            final boolean byPath = image.path() != null && bytes.remaining() > MAX_INLINE_BYTES;
            images.add(new ImageRef(Sha256.of(bytes), byPath ? image.path() : null, byPath ? null : bytes));
        }
        return new PromptRequest(
                promptId,
                example.task(),
                example.prompt(),
                images,
                example.answer(),
                example.labels(),
                groupSize,
                sampling,
                purpose,
                minPolicyVersion,
                pairId);
    }

    void send(final PromptRequest prompt) {
        producer.send(topics.prompts().message(prompt.getPromptId(), prompt), (metadata, failure) -> {
            if (failure != null) {
                failed = failure;
            } else {
                next = metadata.offset() + 1;
            }
        });
    }

    /** Writes a dead letter in place of a prompt that cannot be made. The prompts before and the dead letter are in the log then. */
    void refuse(final String promptId, final String reason) {
        // a restarted learner takes a number that is missing between two prompts as a loss
        flush();
        final DeadLetter letter = DeadLetters.of(
                promptId, topics.prompts().name(), 0, NOWHERE, PastRun.SERVICE, reason, ByteBuffer.allocate(0));
        producer.send(topics.deadLetters().message(promptId, letter), (metadata, failure) -> {
            if (failure != null) {
                failed = failure;
            }
        });
        flush();
    }

    /**
     * Waits until all sent prompts are in the log.
     *
     * @throws KafkaException when a prompt could not be written
     */
    void flush() {
        producer.flush();
        if (failed != null) {
            throw new KafkaException("prompts could not be written: " + failed.getMessage(), failed);
        }
    }

    /** The offset of the next prompt, after {@link #flush} has returned. */
    Map<String, Long> position() {
        return Map.of(topics.prompts().name(), next);
    }

    @Override
    public void close() {
        producer.close();
    }
}

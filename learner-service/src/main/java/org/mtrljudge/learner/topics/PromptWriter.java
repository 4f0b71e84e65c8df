package org.mtrljudge.learner.topics;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.prompts.OpenPrompt;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictReading;

/**
 * Writes prompts into the log, in transactions. {@link #flush} ends a transaction, and so does a prompt when its transaction is old:
 * actors can work on the first prompts of a window while the pictures of the others are read.
 */
public final class PromptWriter {
    private static final int MAX_INLINE_BYTES = 32 << 10;
    private static final Duration MAX_OPEN = Duration.ofSeconds(1);
    /** The offset of a prompt that was never written. */
    private static final long NOWHERE = -1;

    private final Topics topics;
    private final LearnerProducer producer;
    private volatile long next;

    /** @param next the offset of the next prompt */
    PromptWriter(final Topics topics, final LearnerProducer producer, final long next) {
        this.topics = topics;
        this.producer = producer;
        this.next = next;
    }

    /**
     * The request of a training prompt.
     *
     * @param version the lowest policy version that may answer it
     * @throws org.mtrljudge.tasks.DataException when the file of a picture is missing or refused
     */
    public static PromptRequest training(
            final LearnerSettings settings, final OpenPrompt prompt, final JudgeExample example, final int version) {
        final Sampling sampling = new Sampling(
                settings.rollout().temperature(),
                settings.rollout().topP(),
                settings.data().maxResponseLength(),
                prompt.seed());
        return request(
                prompt.promptId(),
                example,
                settings.rollout().n(),
                sampling,
                Purpose.TRAIN,
                version,
                prompt.place().pairId());
    }

    /** @throws org.mtrljudge.tasks.DataException when the file of a picture is missing or refused */
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
                pairId,
                // a log of labels stays as it was
                example.verdictType() instanceof Label
                        ? null
                        : example.verdictType().toJson(),
                example.system(),
                example.reading().equals(VerdictReading.STRICT)
                        ? null
                        : example.reading().toJson());
    }

    /** @throws LearnerException when another learner has taken over */
    void send(final PromptRequest prompt) {
        guard(() -> {
            producer.send(topics.prompts().message(prompt.getPromptId(), prompt), offset -> next = offset + 1);
            producer.commitAfter(MAX_OPEN);
        });
    }

    /**
     * Writes a dead letter in place of a prompt that cannot be made.
     *
     * @param pairId the pair of the prompt, whose other order must not wait for this one; null where it has none
     */
    void refuse(final String promptId, final @Nullable String pairId, final String reason) {
        final DeadLetter letter = DeadLetters.inPair(
                DeadLetters.of(
                        promptId, topics.prompts().name(), 0, NOWHERE, PastRun.SERVICE, reason, ByteBuffer.allocate(0)),
                pairId);
        guard(() -> {
            final ProducerRecord<String, byte[]> message = topics.deadLetters().message(promptId, letter);
            producer.send(producer.inPair(topics.deadLetters(), message, pairId));
            producer.commitAfter(MAX_OPEN);
        });
    }

    /**
     * Waits until all sent prompts are in the log.
     *
     * @throws KafkaException when a prompt could not be written
     * @throws LearnerException when another learner has taken over
     */
    void flush() {
        guard(producer::commit);
    }

    private void guard(final Runnable work) {
        try {
            work.run();
        } catch (final KafkaException e) {
            throw producer.aborted(e);
        }
    }

    /** No prompt that is not written yet has a lower offset. Call it after {@link #flush}. */
    Map<String, List<Long>> position() {
        return Map.of(topics.prompts().name(), List.of(next));
    }
}

package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Writes the answers of an actor to the log: rollout groups, and dead letters for prompts that have none. */
final class RolloutWriter implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RolloutWriter.class);
    private static final String SERVICE = "actor";
    private static final ByteBuffer NOTHING = ByteBuffer.allocate(0);

    private final Topics topics;
    private final Producer<String, byte[]> producer;
    private final ActorMetrics metrics;
    private volatile @Nullable Exception failed;

    RolloutWriter(final KafkaClients clients, final ActorMetrics metrics) {
        this(clients.topics(), clients.producer(), metrics);
    }

    RolloutWriter(final Topics topics, final Producer<String, byte[]> producer, final ActorMetrics metrics) {
        this.topics = topics;
        this.producer = producer;
        this.metrics = metrics;
    }

    /** Writes the group of a prompt. A group that is too large for a record becomes a dead letter. */
    void write(final ConsumerRecord<String, byte[]> prompt, final RolloutGroup group) {
        final String id = group.getPrompt().getPromptId();
        final ProducerRecord<String, byte[]> message = topics.rollouts().message(id, group);
        if (message.value().length > Topics.MAX_ROLLOUTS_BYTES) {
            refuse(
                    prompt,
                    group.getPrompt(),
                    "its " + group.getCompletions().size() + " completions take " + message.value().length
                            + " bytes, a record of rollouts holds " + Topics.MAX_ROLLOUTS_BYTES
                            + ": lower rollout.n or data.max_response_length");
            return;
        }
        send(topics.rollouts().inPair(message, group.getPrompt().getPairId(), producer));
        metrics.generated(group);
    }

    /** @param request the decoded prompt; null where it could not be read */
    void refuse(
            final ConsumerRecord<String, byte[]> prompt, final @Nullable PromptRequest request, final String reason) {
        final String promptId = request == null ? null : request.getPromptId();
        metrics.dead();
        LOG.warn("prompt {} at offset {} is a dead letter: {}", promptId, prompt.offset(), reason);
        // a record may have no value at all
        final ByteBuffer payload = prompt.value() == null ? NOTHING : ByteBuffer.wrap(prompt.value());
        final DeadLetter letter =
                DeadLetters.of(promptId, prompt.topic(), prompt.partition(), prompt.offset(), SERVICE, reason, payload);
        final String pairId = request == null ? null : request.getPairId();
        final ProducerRecord<String, byte[]> message =
                topics.deadLetters().message(String.valueOf(prompt.key()), DeadLetters.inPair(letter, pairId));
        send(topics.deadLetters().inPair(message, pairId, producer));
    }

    private void send(final ProducerRecord<String, byte[]> record) {
        producer.send(record, (metadata, failure) -> {
            if (failure != null) {
                LOG.error("could not write to {}", record.topic(), failure);
                failed = failure;
            }
        });
        throwIfAWriteFailed();
    }

    /** Returns when everything is in the log. */
    void flush() {
        producer.flush();
        throwIfAWriteFailed();
    }

    private void throwIfAWriteFailed() {
        if (failed != null) {
            throw new KafkaException("rollouts could not be written: " + failed.getMessage(), failed);
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

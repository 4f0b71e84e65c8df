package org.mtrljudge.actor;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.AcknowledgementCommitCallback;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockShareConsumer;
import org.apache.kafka.clients.consumer.internals.Acknowledgements;
import org.apache.kafka.clients.consumer.internals.NodeAcknowledgements;
import org.apache.kafka.clients.consumer.internals.ShareFetch;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * A share consumer in explicit mode over the bookkeeping of Kafka's own client ({@link ShareFetch}), so it refuses what the real one
 * refuses. Kafka's mock accepts everything. The steps of poll and commitSync are those of {@code ShareConsumerImpl} 4.3.1.
 */
final class FakeShareConsumer extends MockShareConsumer<String, byte[]> {
    private final FakeShareGroup group;
    private final int maxPollRecords;
    private final List<Answer> answers = new ArrayList<>();
    private ShareFetch<String, byte[]> current = ShareFetch.empty();
    // what was fetched in the background and no poll has returned
    private ShareFetch<String, byte[]> buffer = ShareFetch.empty();
    private boolean fetching;
    private @Nullable AcknowledgementCommitCallback callback;

    /** The broker's answer to a request. */
    record Answer(FakeShareConsumer to, TopicIdPartition tip, Acknowledgements acknowledgements) {}

    FakeShareConsumer(final FakeShareGroup group, final int maxPollRecords) {
        this.group = group;
        group.join(this);
        this.maxPollRecords = maxPollRecords;
    }

    int maxPollRecords() {
        return maxPollRecords;
    }

    void receive(final Answer answer) {
        answers.add(answer);
    }

    @Override
    public synchronized ConsumerRecords<String, byte[]> poll(final Duration timeout) {
        handleAnswers();
        if (!current.checkAllInFlightAreAcknowledged()) {
            throw new IllegalStateException("All records must be acknowledged in explicit acknowledgement mode.");
        }
        send(current.takeAcknowledgedRecords());
        if (current.isEmpty() && !current.hasRenewals()) {
            fetching = buffer.isEmpty();
            fetch();
            if (!buffer.isEmpty()) {
                current = buffer;
                buffer = ShareFetch.empty();
            }
        } else {
            current.takeRenewedRecords();
            // the client fetches while a renewal is open, and returns that only when none is
            fetching |= current.hasRenewals();
            fetch();
        }
        final boolean empty = current.isEmpty();
        // renewed records arrive with the poll after the one that handles the answer
        handleAnswers();
        group.pass(empty ? timeout.toMillis() : 0);
        return empty ? ConsumerRecords.empty() : new ConsumerRecords<>(current.records(), Map.of());
    }

    /** The client fetches once after each request for prompts, whenever there are some. */
    void fetch() {
        if (fetching && buffer.isEmpty()) {
            group.acquire(this, maxPollRecords).forEach(buffer::add);
            fetching = buffer.isEmpty();
        }
    }

    @Override
    public synchronized void acknowledge(final ConsumerRecord<String, byte[]> record, final AcknowledgeType type) {
        current.acknowledge(record, type);
    }

    @Override
    public synchronized Map<TopicIdPartition, Optional<KafkaException>> commitSync(final Duration timeout) {
        handleAnswers();
        final Map<TopicIdPartition, NodeAcknowledgements> acknowledged = current.takeAcknowledgedRecords();
        send(acknowledged);
        if (acknowledged.keySet().stream().anyMatch(group::isSilent)) {
            group.pass(timeout.toMillis());
            throw new TimeoutException("no answer in " + timeout);
        }
        final Map<TopicIdPartition, Optional<KafkaException>> result = new HashMap<>();
        answers.forEach(answer ->
                result.put(answer.tip, Optional.ofNullable(answer.acknowledgements.getAcknowledgeException())));
        handleAnswers();
        return result;
    }

    private void send(final Map<TopicIdPartition, NodeAcknowledgements> acknowledgements) {
        acknowledgements.forEach((tip, acks) -> group.acknowledge(this, tip, acks.acknowledgements()));
    }

    private void handleAnswers() {
        for (final Answer answer : List.copyOf(answers)) {
            current.renew(Map.of(answer.tip, answer.acknowledgements), Optional.empty());
            if (callback != null) {
                callback.onComplete(
                        Map.of(
                                answer.tip,
                                Set.copyOf(answer.acknowledgements
                                        .getAcknowledgementsTypeMap()
                                        .keySet())),
                        answer.acknowledgements.getAcknowledgeException());
            }
        }
        answers.clear();
    }

    @Override
    public void setAcknowledgementCommitCallback(final AcknowledgementCommitCallback wanted) {
        callback = wanted;
    }

    @Override
    public Optional<Integer> acquisitionLockTimeoutMs() {
        return Optional.of(FakeShareGroup.LOCK_MS);
    }

    @Override
    public synchronized void close() {
        send(current.takeAcknowledgedRecords());
        fetching = false;
        group.leave(this);
        super.close();
    }
}

package org.mtrljudge.actor;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.AcknowledgeType;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.internals.Acknowledgements;
import org.apache.kafka.clients.consumer.internals.ShareInFlightBatch;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InvalidRecordStateException;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;

/** The broker's side of a share group: locks with a time that the test moves, and answers that the test can withhold. */
final class FakeShareGroup {
    static final String TOPIC = "run.prompts";
    static final int LOCK_MS = 15_000;
    private static final Uuid TOPIC_ID = Uuid.randomUuid();

    /** A prompt at the broker. */
    private static final class Entry {
        private int deliveries;
        private @Nullable FakeShareConsumer owner;
        private long lockedUntilMs;
        private boolean done;
        private int released;
    }

    private final Map<TopicIdPartition, NavigableMap<Long, Entry>> log = new LinkedHashMap<>();
    private final Set<Integer> silent = new HashSet<>();
    private final List<FakeShareConsumer.Answer> withheld = new ArrayList<>();
    private final List<FakeShareConsumer> members = new ArrayList<>();
    private long nowMs;

    void add(final int partition, final int prompts) {
        final NavigableMap<Long, Entry> entries =
                log.computeIfAbsent(new TopicIdPartition(TOPIC_ID, partition, TOPIC), tip -> new TreeMap<>());
        for (int i = 0; i < prompts; i++) {
            entries.put((long) entries.size(), new Entry());
        }
        members.forEach(FakeShareConsumer::fetch);
    }

    void join(final FakeShareConsumer member) {
        members.add(member);
    }

    long nowMs() {
        return nowMs;
    }

    void pass(final long ms) {
        nowMs += ms;
    }

    /** From now on the broker processes what this partition is sent, but its answers do not arrive. */
    void silence(final int partition) {
        silent.add(partition);
    }

    /** The withheld answers arrive, all with this failure; null: as the broker gave them. */
    void speak(final @Nullable KafkaException failure) {
        silent.clear();
        for (final FakeShareConsumer.Answer answer : withheld) {
            if (failure != null) {
                answer.acknowledgements().complete(failure);
            }
            answer.to().receive(answer);
        }
        withheld.clear();
    }

    List<String> done() {
        return places(entry -> entry.done);
    }

    List<String> released() {
        return places(entry -> entry.released > 0);
    }

    int deliveries(final int partition, final long offset) {
        return entries(partition).get(offset).deliveries;
    }

    int mostDeliveries() {
        return log.values().stream()
                .flatMap(entries -> entries.values().stream())
                .mapToInt(entry -> entry.deliveries)
                .max()
                .orElse(0);
    }

    private List<String> places(final Predicate<Entry> chosen) {
        final List<String> places = new ArrayList<>();
        log.forEach((tip, entries) -> entries.forEach((offset, entry) -> {
            if (chosen.test(entry)) {
                places.add(tip.partition() + "/" + offset);
            }
        }));
        return places;
    }

    private NavigableMap<Long, Entry> entries(final int partition) {
        return log.entrySet().stream()
                .filter(entry -> entry.getKey().partition() == partition)
                .map(Map.Entry::getValue)
                .findFirst()
                .orElseThrow();
    }

    private boolean isAvailable(final Entry entry) {
        return !entry.done && (entry.owner == null || entry.lockedUntilMs <= nowMs);
    }

    Map<TopicIdPartition, ShareInFlightBatch<String, byte[]>> acquire(final FakeShareConsumer by, final int limit) {
        final Map<TopicIdPartition, ShareInFlightBatch<String, byte[]>> batches = new LinkedHashMap<>();
        int left = limit;
        for (final Map.Entry<TopicIdPartition, NavigableMap<Long, Entry>> partition : log.entrySet()) {
            for (final Map.Entry<Long, Entry> at : partition.getValue().entrySet()) {
                final Entry entry = at.getValue();
                if (left > 0 && isAvailable(entry)) {
                    left--;
                    entry.owner = by;
                    entry.lockedUntilMs = nowMs + LOCK_MS;
                    entry.deliveries++;
                    batches.computeIfAbsent(
                                    partition.getKey(), tip -> new ShareInFlightBatch<>(0, tip, Optional.of(LOCK_MS)))
                            .addRecord(record(partition.getKey(), at.getKey(), entry.deliveries));
                }
            }
        }
        return batches;
    }

    private static ConsumerRecord<String, byte[]> record(
            final TopicIdPartition tip, final long offset, final int deliveries) {
        return new ConsumerRecord<>(
                tip.topic(),
                tip.partition(),
                offset,
                0L,
                TimestampType.CREATE_TIME,
                0,
                0,
                "key",
                new byte[0],
                new RecordHeaders(),
                Optional.empty(),
                Optional.of((short) deliveries));
    }

    /** One lost lock fails the whole request of a partition, and nothing of it is applied, as at the broker. */
    void acknowledge(final FakeShareConsumer by, final TopicIdPartition tip, final Acknowledgements acknowledgements) {
        final NavigableMap<Long, Entry> entries = entries(tip.partition());
        final Map<Long, AcknowledgeType> types = acknowledgements.getAcknowledgementsTypeMap();
        final boolean held = types.keySet().stream()
                .map(entries::get)
                .allMatch(entry -> entry.owner == by && entry.lockedUntilMs > nowMs && !entry.done);
        if (held) {
            types.forEach((offset, type) -> apply(entries.get(offset), type));
        }
        acknowledgements.complete(held ? null : new InvalidRecordStateException("a lock was lost"));
        final FakeShareConsumer.Answer answer = new FakeShareConsumer.Answer(by, tip, acknowledgements);
        if (silent.contains(tip.partition())) {
            withheld.add(answer);
        } else {
            by.receive(answer);
        }
    }

    private void apply(final Entry entry, final AcknowledgeType type) {
        if (type == AcknowledgeType.RENEW) {
            entry.lockedUntilMs = nowMs + LOCK_MS;
            return;
        }
        entry.owner = null;
        if (type == AcknowledgeType.ACCEPT) {
            entry.done = true;
        } else {
            entry.released++;
        }
    }

    boolean isSilent(final TopicIdPartition tip) {
        return silent.contains(tip.partition());
    }

    /** The session of a consumer ends: its locks are free at once. */
    void leave(final FakeShareConsumer consumer) {
        log.values().stream()
                .flatMap(entries -> entries.values().stream())
                .filter(entry -> entry.owner == consumer)
                .forEach(entry -> entry.owner = null);
    }
}

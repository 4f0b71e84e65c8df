package org.mtrljudge.schemas.topic;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the committed records of a topic, from its beginning to the end that it had when the scan began. Records of several partitions
 * come in the order of {@link LogOffset}, so that every scan of the same log is the same.
 */
public final class TopicScan<V extends SpecificRecordBase> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicScan.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * A value and its place in the log.
     *
     * @param bytes the value as it is in the log
     */
    public record Entry<V>(LogOffset place, V value, byte[] bytes) {
        /** The SHA-256 of the value's bytes, in hexadecimal. */
        public String sha256() {
            return Sha256.of(ByteBuffer.wrap(bytes));
        }
    }

    private final Topic<V> topic;
    private final Consumer<String, byte[]> consumer;
    private final boolean whole;
    private final List<Long> ends;
    // what was read and not returned yet, by partition: the record before it in the order of places is not read yet
    private final List<Deque<ConsumerRecord<String, byte[]>>> ahead;
    private final List<String> skippedKeys = new ArrayList<>();

    /** @param whole whether a record that cannot be read ends the scan; otherwise it is skipped and logged */
    TopicScan(final Topic<V> topic, final Consumer<String, byte[]> consumer, final boolean whole) {
        this.topic = topic;
        this.whole = whole;
        this.consumer = consumer;
        final List<TopicPartition> partitions = topic.partitionsOf(consumer);
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        final Map<TopicPartition, Long> found = consumer.endOffsets(partitions);
        this.ends = partitions.stream()
                .map(partition -> found.getOrDefault(partition, 0L))
                .toList();
        this.ahead = partitions.stream()
                .<Deque<ConsumerRecord<String, byte[]>>>map(partition -> new ArrayDeque<>())
                .toList();
    }

    /** The end of each partition when the scan began: the first offset that was not written yet. */
    public List<Long> ends() {
        return ends;
    }

    public boolean done() {
        return IntStream.range(0, ends.size()).allMatch(this::isRead);
    }

    /** Whether all records of a partition were returned. */
    private boolean isRead(final int partition) {
        return ahead.get(partition).isEmpty() && isFetched(partition);
    }

    private boolean isFetched(final int partition) {
        return consumer.position(topic.partition(partition)) >= ends.get(partition);
    }

    /** Moves forward or back to a place. */
    public void seek(final LogOffset place) {
        seek(IntStream.range(0, ends.size()).mapToObj(place::in).toList());
    }

    /**
     * Moves forward or back in each partition. A damaged record may name an offset below 0, which Kafka refuses: it is the beginning here.
     *
     * @param offsets an offset per partition; a partition without one is read from its beginning
     */
    public void seek(final List<Long> offsets) {
        for (int i = 0; i < ends.size(); i++) {
            ahead.get(i).clear();
            consumer.seek(topic.partition(i), i < offsets.size() ? Math.max(0, offsets.get(i)) : 0);
        }
    }

    /** All remaining entries at once, for topics that have few entries left. */
    public List<Entry<V>> rest() {
        final List<Entry<V>> rest = new ArrayList<>();
        while (!done()) {
            rest.addAll(next());
        }
        return rest;
    }

    /**
     * The next entries, as many as one poll makes possible: perhaps none.
     *
     * @throws DamagedTopicException when a record cannot be read, in a scan of the whole topic
     */
    public List<Entry<V>> next() {
        // a partition that is ahead of the others waits for them, so that memory is bounded
        consumer.resume(consumer.paused());
        consumer.pause(IntStream.range(0, ends.size())
                .filter(partition -> !ahead.get(partition).isEmpty() || isFetched(partition))
                .mapToObj(topic::partition)
                .toList());
        for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            // what was written later is not part of the scan
            if (record.offset() < ends.get(record.partition())) {
                ahead.get(record.partition()).add(record);
            }
        }
        final List<Entry<V>> entries = new ArrayList<>();
        for (ConsumerRecord<String, byte[]> first = first(); first != null; first = first()) {
            add(ahead.get(first.partition()).remove(), entries);
        }
        return entries;
    }

    /** The record that is the next one in the order of places; null where a partition may still have an earlier record. */
    private @Nullable ConsumerRecord<String, byte[]> first() {
        ConsumerRecord<String, byte[]> first = null;
        for (int i = 0; i < ends.size(); i++) {
            final ConsumerRecord<String, byte[]> head = ahead.get(i).peek();
            if (head != null && (first == null || head.offset() < first.offset())) {
                first = head;
            }
        }
        for (int i = 0; first != null && i < ends.size(); i++) {
            final long next = consumer.position(topic.partition(i));
            final boolean mayBeEarlier = ahead.get(i).isEmpty()
                    && !isFetched(i)
                    && new LogOffset(i, next).compareTo(LogOffset.of(first)) < 0;
            first = mayBeEarlier ? null : first;
        }
        return first;
    }

    private void add(final ConsumerRecord<String, byte[]> record, final List<Entry<V>> entries) {
        try {
            entries.add(new Entry<>(LogOffset.of(record), topic.valueSerde().decode(record.value()), record.value()));
        } catch (final SerializationException e) {
            if (whole) {
                throw new DamagedTopicException(topic.name(), LogOffset.of(record), e);
            }
            if (record.key() != null) {
                skippedKeys.add(record.key());
            }
            LOG.warn("{} at {} cannot be read: {}", topic.name(), LogOffset.of(record), e.getMessage());
        }
    }

    /** The keys of the records that were skipped so far because they cannot be read; records without a key are left out. */
    public List<String> skippedKeys() {
        return List.copyOf(skippedKeys);
    }

    @Override
    public void close() {
        // there is nothing to commit, and running fetches need not finish
        consumer.close(CloseOptions.timeout(Duration.ZERO));
    }
}

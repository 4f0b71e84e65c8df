package org.mtrljudge.schemas.topic;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.settings.io.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Reads the committed records of a topic of one partition, from its beginning to the end that it had when the scan began. */
public final class TopicScan<V extends SpecificRecordBase> implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(TopicScan.class);
    private static final Duration POLL = Duration.ofMillis(500);

    /**
     * A value and its log offset.
     *
     * @param bytes the value as it is in the log
     */
    public record Entry<V>(long offset, V value, byte[] bytes) {
        /** The SHA-256 of the value's bytes, in hexadecimal. */
        public String sha256() {
            return Sha256.of(ByteBuffer.wrap(bytes));
        }
    }

    private final Topic<V> topic;
    private final TopicPartition partition;
    private final Consumer<String, byte[]> consumer;
    private final boolean whole;
    private final long end;
    private final List<String> skippedKeys = new ArrayList<>();

    /** @param whole whether a record that cannot be read ends the scan; otherwise it is skipped and logged */
    TopicScan(final Topic<V> topic, final Consumer<String, byte[]> consumer, final boolean whole) {
        this.topic = topic;
        this.whole = whole;
        this.partition = new TopicPartition(topic.name(), 0);
        this.consumer = consumer;
        consumer.assign(List.of(partition));
        consumer.seekToBeginning(List.of(partition));
        this.end = consumer.endOffsets(List.of(partition)).getOrDefault(partition, 0L);
    }

    /** The end that the topic had when the scan began. */
    public long end() {
        return end;
    }

    public boolean done() {
        return consumer.position(partition) >= end;
    }

    /** Moves forward or back to an offset. A damaged record may name an offset below 0, which Kafka refuses: it is the beginning here. */
    public void seek(final long offset) {
        consumer.seek(partition, Math.max(0, offset));
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
     * The entries of one poll.
     *
     * @throws DamagedTopicException when a record cannot be read, in a scan of the whole topic
     */
    public List<Entry<V>> next() {
        final List<Entry<V>> entries = new ArrayList<>();
        for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
            try {
                entries.add(new Entry<>(record.offset(), topic.valueSerde().decode(record.value()), record.value()));
            } catch (final SerializationException e) {
                if (whole) {
                    throw new DamagedTopicException(topic.name(), record.offset(), e);
                }
                if (record.key() != null) {
                    skippedKeys.add(record.key());
                }
                LOG.warn("{} at offset {} cannot be read: {}", topic.name(), record.offset(), e.getMessage());
            }
        }
        return entries;
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

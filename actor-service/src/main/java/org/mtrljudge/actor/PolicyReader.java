package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.Sha256;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.schemas.WeightChunk;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows {@code RUN.policies} and fetches the newest version's chunks from {@code RUN.weights}. Both are read committed, so a
 * version that can be seen was written whole; a version whose digests do not fit is passed over and said so.
 */
final class PolicyReader implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyReader.class);
    private static final Duration CHUNK_WAIT = Duration.ofMillis(200);
    private static final int PATIENCE = 50;
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    private final Topics topics;
    private final Consumer<String, byte[]> policies;
    private final Consumer<String, byte[]> weights;
    private int newest = -1;

    PolicyReader(final Topics topics, final Map<String, Object> kafka) {
        this.topics = topics;
        this.policies = consumer(kafka);
        this.weights = consumer(kafka);
        final TopicPartition manifests = new TopicPartition(topics.policies().name(), 0);
        policies.assign(List.of(manifests));
        policies.seekToBeginning(List.of(manifests));
        weights.assign(List.of(new TopicPartition(topics.weights().name(), 0)));
    }

    private static Consumer<String, byte[]> consumer(final Map<String, Object> kafka) {
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("isolation.level", "read_committed");
        config.put("enable.auto.commit", "false");
        config.put("auto.offset.reset", "earliest");
        config.put("max.partition.fetch.bytes", 16 << 20);
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** The newest whole version that was announced since the last call, if any; waits at most that long for an announcement. */
    Optional<Policy> poll(final Duration timeout) {
        final NavigableMap<Integer, PolicyManifest> announced = new TreeMap<>();
        for (Duration wait = timeout; ; wait = Duration.ZERO) {
            final var records = policies.poll(wait);
            if (records.isEmpty()) {
                break;
            }
            records.forEach(record -> note(record, announced));
        }
        for (final PolicyManifest manifest : announced.descendingMap().values()) {
            final Optional<Policy> policy = fetch(manifest);
            if (policy.isPresent()) {
                newest = manifest.getVersion();
                return policy;
            }
        }
        return Optional.empty();
    }

    private void note(final ConsumerRecord<String, byte[]> record, final Map<Integer, PolicyManifest> announced) {
        try {
            final PolicyManifest manifest = topics.policies().valueSerde().decode(record.value());
            if (manifest.getVersion() > newest) {
                announced.put(manifest.getVersion(), manifest);
            }
        } catch (final SerializationException e) {
            LOG.warn("passed over the policy manifest at offset {}: {}", record.offset(), e.getMessage());
        }
    }

    private Optional<Policy> fetch(final PolicyManifest manifest) {
        try {
            final ByteBuffer whole = chunks(manifest);
            if (!Sha256.of(whole).equals(manifest.getSha256())) {
                throw new SerializationException("the chunks together are not what the manifest's digest says");
            }
            return Optional.of(new Policy(manifest.getVersion(), manifest.getSha256(), whole));
        } catch (final SerializationException e) {
            LOG.warn("policy version {} is unusable, staying on {}: {}", manifest.getVersion(), newest, e.getMessage());
            return Optional.empty();
        }
    }

    /** @throws SerializationException when a chunk is damaged, or missing for too long */
    private ByteBuffer chunks(final PolicyManifest manifest) {
        if (manifest.getTotalBytes() < 0 || manifest.getTotalBytes() > MAX_BYTES) {
            throw new SerializationException("it says to be " + manifest.getTotalBytes() + " bytes long");
        }
        weights.seek(new TopicPartition(topics.weights().name(), 0), manifest.getChunksOffset());
        final ByteBuffer whole = ByteBuffer.allocate((int) manifest.getTotalBytes());
        int next = 0;
        for (int waits = 0; next < manifest.getChunks(); waits++) {
            if (waits == PATIENCE) {
                throw new SerializationException(next + " of " + manifest.getChunks() + " chunks are there");
            }
            for (final ConsumerRecord<String, byte[]> record : weights.poll(CHUNK_WAIT)) {
                if (next < manifest.getChunks() && append(record, manifest, next, whole)) {
                    next++;
                    waits = 0;
                }
            }
        }
        return whole.flip();
    }

    /** Whether the record was the chunk that comes next; tombstones and other versions are passed over. */
    private boolean append(
            final ConsumerRecord<String, byte[]> record,
            final PolicyManifest manifest,
            final int expected,
            final ByteBuffer whole) {
        if (record.value() == null) {
            return false;
        }
        final WeightChunk chunk = topics.weights().valueSerde().decode(record.value());
        if (chunk.getVersion() != manifest.getVersion()) {
            return false;
        }
        final boolean sound = chunk.getIndex() == expected
                && chunk.getBytes().remaining() <= whole.remaining()
                && Sha256.of(chunk.getBytes()).equals(chunk.getSha256());
        if (!sound) {
            throw new SerializationException("chunk " + chunk.getIndex() + " is damaged or out of place");
        }
        whole.put(chunk.getBytes().duplicate());
        return true;
    }

    @Override
    public void close() {
        policies.close();
        weights.close();
    }
}

package org.mtrljudge.actor;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
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
        return new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** The newest version that was announced since the last call, if any; waits at most that long for an announcement. */
    Optional<Policy> poll(final Duration timeout) {
        PolicyManifest latest = null;
        for (Duration wait = timeout; ; wait = Duration.ZERO) {
            final var records = policies.poll(wait);
            if (records.isEmpty()) {
                break;
            }
            for (final ConsumerRecord<String, byte[]> record : records) {
                latest = newer(latest, record);
            }
        }
        return latest == null ? Optional.empty() : fetch(latest);
    }

    private @Nullable PolicyManifest newer(
            final @Nullable PolicyManifest latest, final ConsumerRecord<String, byte[]> record) {
        try {
            final PolicyManifest manifest = topics.policies().valueSerde().decode(record.value());
            return manifest.getVersion() > newest ? manifest : latest;
        } catch (final SerializationException e) {
            LOG.warn("passed over the policy manifest at offset {}: {}", record.offset(), e.getMessage());
            return latest;
        }
    }

    private Optional<Policy> fetch(final PolicyManifest manifest) {
        weights.seek(new TopicPartition(topics.weights().name(), 0), manifest.getChunksOffset());
        final ByteBuffer whole = ByteBuffer.allocate(Math.toIntExact(manifest.getTotalBytes()));
        int next = 0;
        for (int waits = 0; next < manifest.getChunks() && waits < PATIENCE; waits++) {
            for (final ConsumerRecord<String, byte[]> record : weights.poll(CHUNK_WAIT)) {
                if (next < manifest.getChunks() && append(record, manifest, next, whole)) {
                    next++;
                    waits = 0;
                }
            }
        }
        if (next < manifest.getChunks() || !Sha256.of(whole.flip()).equals(manifest.getSha256())) {
            LOG.warn(
                    "policy version {} is incomplete or damaged ({} of {} chunks): staying on version {}",
                    manifest.getVersion(),
                    next,
                    manifest.getChunks(),
                    newest);
            return Optional.empty();
        }
        newest = manifest.getVersion();
        return Optional.of(new Policy(manifest.getVersion(), manifest.getSha256(), whole));
    }

    private boolean append(
            final ConsumerRecord<String, byte[]> record,
            final PolicyManifest manifest,
            final int expected,
            final ByteBuffer whole) {
        if (record.value() == null) {
            return false; // the tombstone of an old version
        }
        try {
            final WeightChunk chunk = topics.weights().valueSerde().decode(record.value());
            final boolean fits = chunk.getVersion() == manifest.getVersion()
                    && chunk.getIndex() == expected
                    && chunk.getBytes().remaining() <= whole.remaining()
                    && Sha256.of(chunk.getBytes()).equals(chunk.getSha256());
            if (fits) {
                whole.put(chunk.getBytes().duplicate());
            }
            return fits;
        } catch (final SerializationException e) {
            LOG.warn("passed over the weight chunk at offset {}: {}", record.offset(), e.getMessage());
            return false;
        }
    }

    @Override
    public void close() {
        policies.close();
        weights.close();
    }
}

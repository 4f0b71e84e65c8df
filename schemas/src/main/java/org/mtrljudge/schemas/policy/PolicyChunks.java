package org.mtrljudge.schemas.policy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.settings.io.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Fetches the weights of a policy version from {@code RUN.weights}. It reads committed chunks only and checks every digest. */
final class PolicyChunks implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PolicyChunks.class);
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final int PATIENCE = 50;
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;
    /** The largest policy in chunks of 64 KiB. The learner writes larger chunks. */
    private static final int MAX_CHUNKS = 1 << 15;

    private final Topic<WeightChunk> topic;
    private final TopicPartition partition;
    private final Consumer<String, byte[]> consumer;

    /** @param consumer reads committed records; this closes it */
    PolicyChunks(final Topic<WeightChunk> topic, final Consumer<String, byte[]> consumer) {
        this.topic = topic;
        this.partition = new TopicPartition(topic.name(), 0);
        this.consumer = consumer;
        consumer.assign(List.of(partition));
    }

    /**
     * Fetches the safetensors image of a policy version.
     *
     * @throws SerializationException when a chunk is damaged or lacking, or the image does not match its manifest
     * @throws UnreachablePolicyException when a chunk does not arrive for too long
     */
    ByteBuffer fetch(final PolicyManifest manifest) {
        check(manifest);
        consumer.seek(partition, manifest.getChunksOffset());
        ByteBuffer whole = ByteBuffer.allocate(0);
        int next = 0;
        for (int waits = 0; next < manifest.getChunks(); waits++) {
            if (waits == PATIENCE) {
                throw new UnreachablePolicyException(
                        "only " + next + " of " + manifest.getChunks() + " chunks arrived, and no other in "
                                + WAIT.multipliedBy(PATIENCE).toSeconds() + " s",
                        null);
            }
            for (final ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
                final WeightChunk chunk = next < manifest.getChunks() ? expected(record, manifest, next) : null;
                if (chunk != null) {
                    whole = next == 0 ? room(manifest, chunk) : whole;
                    append(chunk, whole);
                    next++;
                    waits = 0;
                }
            }
        }
        if (whole.position() != manifest.getTotalBytes()) {
            throw new SerializationException("its chunks have " + whole.position() + " bytes, but its manifest says "
                    + manifest.getTotalBytes());
        }
        whole.flip();
        if (!Sha256.of(whole).equals(manifest.getSha256())) {
            throw new SerializationException("the chunks do not match the digest in the manifest");
        }
        return whole;
    }

    private static void check(final PolicyManifest manifest) {
        if (manifest.getTotalBytes() < 0 || manifest.getTotalBytes() > MAX_BYTES) {
            throw new SerializationException(
                    "its manifest says " + manifest.getTotalBytes() + " bytes, allowed is 0 to " + MAX_BYTES);
        }
        if (manifest.getChunks() < 0 || manifest.getChunks() > MAX_CHUNKS) {
            throw new SerializationException(
                    "its manifest says " + manifest.getChunks() + " chunks, allowed is 0 to " + MAX_CHUNKS);
        }
        if (manifest.getChunksOffset() < 0) {
            throw new SerializationException("its manifest says that its chunks are at offset "
                    + manifest.getChunksOffset() + ", allowed is 0 or more");
        }
    }

    /** The memory for all chunks. All but the last have the same size, so a manifest that claims too much is refused before. */
    private static ByteBuffer room(final PolicyManifest manifest, final WeightChunk first) {
        final long most = (long) first.getBytes().remaining() * manifest.getChunks();
        if (manifest.getTotalBytes() > most) {
            throw new SerializationException("its manifest says " + manifest.getTotalBytes() + " bytes, but "
                    + manifest.getChunks() + " chunks like the first have " + most);
        }
        return ByteBuffer.allocate((int) (long) manifest.getTotalBytes());
    }

    /**
     * The chunk in the record; null where the record is not the expected chunk. Tombstones, chunks of other versions and records that
     * cannot be read are skipped: a chunk that cannot be read is then lacking, but a stray record between two chunks does not damage them.
     */
    private @Nullable WeightChunk expected(
            final ConsumerRecord<String, byte[]> record, final PolicyManifest manifest, final int index) {
        final WeightChunk chunk = record.value() == null ? null : decoded(record);
        if (chunk == null || chunk.getVersion() != manifest.getVersion()) {
            return null;
        }
        if (chunk.getIndex() != index || !Sha256.of(chunk.getBytes()).equals(chunk.getSha256())) {
            throw new SerializationException("chunk " + chunk.getIndex() + " is damaged or out of order");
        }
        return chunk;
    }

    private static void append(final WeightChunk chunk, final ByteBuffer whole) {
        if (chunk.getBytes().remaining() > whole.remaining()) {
            throw new SerializationException(
                    "chunk " + chunk.getIndex() + " has more bytes than its manifest leaves for it");
        }
        whole.put(chunk.getBytes().duplicate());
    }

    private @Nullable WeightChunk decoded(final ConsumerRecord<String, byte[]> record) {
        try {
            return topic.valueSerde().decode(record.value());
        } catch (final SerializationException e) {
            LOG.warn("{} at offset {} cannot be read: {}", topic.name(), record.offset(), e.getMessage());
            return null;
        }
    }

    @Override
    public void close() {
        consumer.close();
    }
}

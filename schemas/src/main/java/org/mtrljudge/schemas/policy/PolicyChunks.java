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
import org.mtrljudge.schemas.topic.KafkaClients;
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
        if (manifest.getTotalBytes() < 0 || manifest.getTotalBytes() > MAX_BYTES) {
            throw new SerializationException(
                    "its manifest says " + manifest.getTotalBytes() + " bytes, allowed is 0 to " + MAX_BYTES);
        }
        if (manifest.getChunksOffset() < 0
                || manifest.getTotalBytes() > (long) manifest.getChunks() * KafkaClients.MAX_RECORD_BYTES) {
            // a wrong number of bytes must not take the memory of the actor before the first chunk is read
            throw new SerializationException("its manifest says " + manifest.getTotalBytes() + " bytes in "
                    + manifest.getChunks() + " chunks from offset " + manifest.getChunksOffset()
                    + ", which cannot be: a chunk has at most " + KafkaClients.MAX_RECORD_BYTES + " bytes");
        }
        consumer.seek(partition, manifest.getChunksOffset());
        final ByteBuffer whole = ByteBuffer.allocate((int) (long) manifest.getTotalBytes());
        int next = 0;
        for (int waits = 0; next < manifest.getChunks(); waits++) {
            if (waits == PATIENCE) {
                throw new UnreachablePolicyException(
                        "only " + next + " of " + manifest.getChunks() + " chunks arrived, and no other in "
                                + WAIT.multipliedBy(PATIENCE).toSeconds() + " s",
                        null);
            }
            for (final ConsumerRecord<String, byte[]> record : consumer.poll(WAIT)) {
                if (next < manifest.getChunks() && append(record, manifest, next, whole)) {
                    next++;
                    waits = 0;
                }
            }
        }
        whole.flip();
        if (!Sha256.of(whole).equals(manifest.getSha256())) {
            throw new SerializationException("the chunks do not match the digest in the manifest");
        }
        return whole;
    }

    /**
     * Whether the record was the expected chunk. Tombstones, chunks of other versions and records that cannot be read are skipped: a
     * chunk that cannot be read is then lacking, but a stray record between two chunks does not damage them.
     */
    private boolean append(
            final ConsumerRecord<String, byte[]> record,
            final PolicyManifest manifest,
            final int expected,
            final ByteBuffer whole) {
        final WeightChunk chunk = record.value() == null ? null : decoded(record);
        if (chunk == null || chunk.getVersion() != manifest.getVersion()) {
            return false;
        }
        final boolean sound = chunk.getIndex() == expected
                && chunk.getBytes().remaining() <= whole.remaining()
                && Sha256.of(chunk.getBytes()).equals(chunk.getSha256());
        if (!sound) {
            throw new SerializationException("chunk " + chunk.getIndex() + " is damaged or out of order");
        }
        whole.put(chunk.getBytes().duplicate());
        return true;
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

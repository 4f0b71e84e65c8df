package org.mtrljudge.schemas.policy;

import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SerializationException;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.settings.io.Sha256;

/** Fetches the weights of a policy version from {@code RUN.weights}. It reads committed chunks only and checks every digest. */
final class PolicyChunks implements AutoCloseable {
    private static final Duration WAIT = Duration.ofMillis(200);
    private static final int PATIENCE = 50;
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8L;

    private final Topic<WeightChunk> topic;
    private final TopicPartition partition;
    private final Consumer<String, byte[]> consumer;

    PolicyChunks(final KafkaClients clients) {
        this.topic = clients.topics().weights();
        this.partition = new TopicPartition(topic.name(), 0);
        this.consumer = clients.consumer(KafkaClients.Fetching.LARGE);
        consumer.assign(List.of(partition));
    }

    /**
     * Fetches the safetensors image of a policy version.
     *
     * @throws SerializationException when a chunk is damaged, or the image does not match its manifest
     * @throws UnreachablePolicyException when a chunk does not arrive for too long
     */
    ByteBuffer fetch(final PolicyManifest manifest) {
        if (manifest.getTotalBytes() < 0 || manifest.getTotalBytes() > MAX_BYTES) {
            throw new SerializationException(
                    "its manifest says " + manifest.getTotalBytes() + " bytes, allowed is 0 to " + MAX_BYTES);
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

    /** Whether the record was the expected chunk. Tombstones and chunks of other versions are skipped. */
    private boolean append(
            final ConsumerRecord<String, byte[]> record,
            final PolicyManifest manifest,
            final int expected,
            final ByteBuffer whole) {
        if (record.value() == null) {
            return false;
        }
        final WeightChunk chunk = topic.valueSerde().decode(record.value());
        if (chunk.getVersion() != manifest.getVersion()) {
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

    @Override
    public void close() {
        consumer.close();
    }
}

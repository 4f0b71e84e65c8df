package org.mtrljudge.learner;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.Sha256;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.WeightChunk;

/** Publishes a policy version: its chunks, its manifest and the journal entry of its step are one transaction. */
final class PolicyWriter implements AutoCloseable {
    private static final int CHUNK_BYTES = 512 << 10;
    private static final int KEPT_VERSIONS = 4;
    private final Topics topics;
    private final Producer<String, byte[]> producer;
    private final Map<Integer, Integer> chunksOf = new HashMap<>();

    PolicyWriter(final Topics topics, final Map<String, Object> kafka) {
        this.topics = topics;
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("transactional.id", topics.run() + ".learner");
        config.put("max.request.size", 16 << 20);
        config.put("batch.size", 1 << 20);
        this.producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        producer.initTransactions();
    }

    /**
     * @param kind whether the weights are a whole judge's or an adapter's
     * @param dtype of the weights, as safetensors names it
     * @param weights a safetensors image
     * @param journal makes the journal entry once the weights' digest is known
     */
    void publish(
            final int version,
            final int step,
            final PolicyKind kind,
            final String dtype,
            final ByteBuffer weights,
            final Function<String, TrainingStep> journal) {
        final String digest = Sha256.of(weights);
        final int total = weights.remaining();
        final int chunks = (total + CHUNK_BYTES - 1) / CHUNK_BYTES;
        producer.beginTransaction();
        try {
            Future<RecordMetadata> first = null;
            for (int i = 0; i < chunks; i++) {
                final Future<RecordMetadata> sent = send(version, i, weights);
                first = first == null ? sent : first;
            }
            forget(version - KEPT_VERSIONS);
            producer.flush();
            producer.send(topics.policies()
                    .message(
                            topics.run(),
                            new PolicyManifest(
                                    version, step, kind, dtype, chunks, (long) total, digest, offset(first))));
            producer.send(topics.journal().message(topics.run(), journal.apply(digest)));
            producer.commitTransaction();
        } catch (final KafkaException e) {
            producer.abortTransaction();
            throw e;
        }
        chunksOf.put(version, chunks);
    }

    private Future<RecordMetadata> send(final int version, final int index, final ByteBuffer weights) {
        final int from = index * CHUNK_BYTES;
        final ByteBuffer slice =
                weights.slice(weights.position() + from, Math.min(CHUNK_BYTES, weights.remaining() - from));
        return producer.send(topics.weights()
                .message(version + "/" + index, new WeightChunk(version, index, slice, Sha256.of(slice))));
    }

    private static long offset(final @Nullable Future<RecordMetadata> first) {
        if (first == null) {
            throw new IllegalArgumentException("a policy without weights");
        }
        try {
            return first.get().offset();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while weights were written", e);
        } catch (final ExecutionException e) {
            throw new KafkaException("weights could not be written: " + e.getCause(), e.getCause());
        }
    }

    /** Tombstones a version that no actor needs any more. */
    private void forget(final int version) {
        final Integer chunks = chunksOf.remove(version);
        for (int i = 0; chunks != null && i < chunks; i++) {
            producer.send(new ProducerRecord<>(topics.weights().name(), version + "/" + i, null));
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

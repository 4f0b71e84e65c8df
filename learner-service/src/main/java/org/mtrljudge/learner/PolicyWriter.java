package org.mtrljudge.learner;

import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
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
import org.mtrljudge.schemas.TopicScan;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.WeightChunk;

/** Publishes a policy version: its chunks, its manifest and the journal entry of its step are one transaction. */
public final class PolicyWriter implements AutoCloseable {
    /** Of weights in one record, at most. */
    public static final int CHUNK_BYTES = 512 << 10;

    /** How many versions stay in the log. */
    static final int KEPT_VERSIONS = 4;

    private final Topics topics;
    private final Producer<String, byte[]> producer;
    private final NavigableMap<Integer, Integer> chunksOf = new TreeMap<>(); // of versions that are in the log

    public PolicyWriter(final Topics topics, final Map<String, Object> kafka) {
        this.topics = topics;
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("transactional.id", topics.run() + ".learner");
        config.put("max.request.size", 16 << 20);
        config.put("batch.size", 1 << 20);
        this.producer = new KafkaProducer<>(config, new StringSerializer(), new ByteArraySerializer());
        producer.initTransactions();
        try (TopicScan<PolicyManifest> scan = new TopicScan<>(topics.policies(), kafka)) {
            scan.rest()
                    .forEach(entry -> chunksOf.put(
                            entry.value().getVersion(), entry.value().getChunks()));
        }
        chunksOf.headMap(chunksOf.isEmpty() ? 0 : chunksOf.lastKey() - KEPT_VERSIONS + 1)
                .clear();
    }

    /**
     * Where a journal entry lies and what it is.
     *
     * @param next where the entry after it can lie at the earliest
     * @param sha256 of its value
     * @param seconds that making and sending it took
     */
    public record Written(long next, String sha256, double seconds) {}

    /**
     * @param kind whether the weights are a whole judge's or an adapter's
     * @param dtype of the weights, as safetensors names it
     * @param weights a safetensors image
     * @param journal makes the journal entry once the weights' digest is known
     */
    public Written publish(
            final int version,
            final int step,
            final PolicyKind kind,
            final String dtype,
            final ByteBuffer weights,
            final Function<String, TrainingStep> journal) {
        final String digest = Sha256.of(weights);
        final long start = System.nanoTime();
        final ProducerRecord<String, byte[]> entry = topics.journal().message(topics.run(), journal.apply(digest));
        final String entryDigest = Sha256.of(ByteBuffer.wrap(entry.value()));
        final double making = (System.nanoTime() - start) / 1e9;
        final double sending;
        final Future<RecordMetadata> written;
        final int total = weights.remaining();
        final int chunks = (total + CHUNK_BYTES - 1) / CHUNK_BYTES;
        producer.beginTransaction();
        try {
            Future<RecordMetadata> first = null;
            for (int i = 0; i < chunks; i++) {
                final Future<RecordMetadata> sent = send(version, i, weights);
                first = first == null ? sent : first;
            }
            chunksOf.headMap(version - KEPT_VERSIONS, true).forEach(this::forget);
            producer.flush();
            producer.send(topics.policies()
                    .message(
                            topics.run(),
                            new PolicyManifest(
                                    version,
                                    step,
                                    kind,
                                    dtype,
                                    chunks,
                                    (long) total,
                                    digest,
                                    offset(first),
                                    null,
                                    entryDigest)));
            final long sent = System.nanoTime();
            written = producer.send(entry);
            sending = (System.nanoTime() - sent) / 1e9;
            producer.commitTransaction();
        } catch (final KafkaException e) {
            producer.abortTransaction();
            throw e;
        }
        chunksOf.headMap(version - KEPT_VERSIONS, true).clear();
        chunksOf.put(version, chunks);
        return new Written(offset(written) + 1, entryDigest, making + sending);
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
    private void forget(final int version, final int chunks) {
        for (int i = 0; i < chunks; i++) {
            producer.send(new ProducerRecord<>(topics.weights().name(), version + "/" + i, null));
        }
    }

    @Override
    public void close() {
        producer.close();
    }
}

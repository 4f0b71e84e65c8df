package org.mtrljudge.learner.topics;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.Function;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.settings.WeightTransport;
import org.mtrljudge.model.weights.Weights;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.WeightChunk;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicScan;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Sha256;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes a policy version. Its manifest and the journal entry of its step are one transaction, which ends after the chunks are in
 * the log. Weights that are too large for the log are written to a store before, and the manifest contains their address.
 */
public final class PolicyWriter {
    /** The maximum size of the weights in one record. */
    public static final int CHUNK_BYTES = 512 << 10;

    /** The number of versions whose weights are kept. */
    public static final int KEPT_VERSIONS = 4;

    private static final Logger LOG = LoggerFactory.getLogger(PolicyWriter.class);
    private final Topics topics;
    private final WeightTransport transport;
    private final LearnerProducer producer;
    // versions whose weights still exist
    private final NavigableMap<Integer, PolicyManifest> kept = new TreeMap<>();

    /** The writer of a run, which may have earlier versions. */
    public PolicyWriter(final KafkaClients clients, final LearnerProducer producer, final WeightTransport transport) {
        this(clients.topics(), producer, transport);
        try (TopicScan<PolicyManifest> scan = clients.scan(topics.policies())) {
            scan.rest().forEach(entry -> kept.put(entry.value().getVersion(), entry.value()));
        }
        if (!kept.isEmpty()) {
            outdated(kept.lastKey()).clear();
        }
    }

    /** The writer of a run without earlier versions. */
    PolicyWriter(final Topics topics, final LearnerProducer producer, final WeightTransport transport) {
        this.topics = topics;
        this.transport = transport;
        this.producer = producer;
    }

    /** The versions whose weights are removed when another version is published. */
    private NavigableMap<Integer, PolicyManifest> outdated(final int newest) {
        return kept.headMap(newest - KEPT_VERSIONS, true);
    }

    /**
     * The position and digest of a journal entry.
     *
     * @param next the lowest offset that the next entry can have
     * @param sha256 the digest of the record's value
     * @param entrySeconds the time that making the entry took
     * @param seconds the time that the whole version took
     */
    public record Written(long next, String sha256, double entrySeconds, double seconds) {}

    /** The place of a policy's weights. */
    private record Place(
            String sha256,
            long bytes,
            int chunks,
            long chunksOffset,
            @Nullable String uri) {}

    /**
     * @param kind whether the weights are those of a whole judge or of an adapter
     * @param journal makes the journal entry from the digest of the weights
     * @throws LearnerException when another learner has taken over
     */
    public Written publish(
            final int version,
            final int step,
            final PolicyKind kind,
            final Weights policy,
            final Function<String, TrainingStep> journal) {
        final long begin = System.nanoTime();
        final PolicyStore store = transport.store();
        final Place stored =
                store != null && policy.imageBytes() > transport.maxLogBytes() ? put(store, version, policy) : null;
        try {
            final Place place = stored != null ? stored : send(version, policy.toSafetensors());
            final long start = System.nanoTime();
            final ProducerRecord<String, byte[]> entry =
                    topics.journal().message(topics.run(), journal.apply(place.sha256));
            final String entryDigest = Sha256.of(ByteBuffer.wrap(entry.value()));
            final PolicyManifest manifest = new PolicyManifest(
                    version,
                    step,
                    kind,
                    policy.type().name(),
                    place.chunks,
                    place.bytes,
                    place.sha256,
                    place.chunksOffset,
                    place.uri,
                    entryDigest);
            final double entrySeconds = (System.nanoTime() - start) / 1e9;
            final long next = commit(entry, manifest) + 1;
            final Written written = new Written(next, entryDigest, entrySeconds, (System.nanoTime() - begin) / 1e9);
            outdated(version).values().forEach(this::removeStored);
            outdated(version).clear();
            kept.put(version, manifest);
            return written;
        } catch (final KafkaException e) {
            throw producer.aborted(e);
        }
    }

    /** Makes a version visible, with its journal entry and without the versions that it replaces; returns the entry's offset. */
    private long commit(final ProducerRecord<String, byte[]> entry, final PolicyManifest manifest) {
        final List<Future<RecordMetadata>> sent = new ArrayList<>();
        final ProducerRecord<String, byte[]> announcement = topics.policies().message(topics.run(), manifest);
        producer.atomically(() -> {
            sent.add(producer.send(entry));
            producer.send(announcement);
            outdated(manifest.getVersion()).values().forEach(this::tombstone);
        });
        return offset(sent.get(0));
    }

    private Place put(final PolicyStore store, final int version, final Weights policy) {
        try {
            final PolicyStore.Stored stored =
                    store.put(topics.run() + "-policy-" + version + ".safetensors", policy::writeTo);
            return new Place(stored.sha256(), stored.bytes(), 0, 0, stored.uri());
        } catch (final IOException e) {
            throw new UncheckedIOException("policy version " + version + " cannot be stored: " + e.getMessage(), e);
        }
    }

    /** Sends the chunks and waits until they are in the log. */
    private Place send(final int version, final ByteBuffer image) {
        final int bytes = image.remaining();
        final int chunks = (bytes + CHUNK_BYTES - 1) / CHUNK_BYTES;
        Future<RecordMetadata> first = null;
        for (int i = 0; i < chunks; i++) {
            final int from = i * CHUNK_BYTES;
            final ByteBuffer slice = image.slice(image.position() + from, Math.min(CHUNK_BYTES, bytes - from));
            final Future<RecordMetadata> sent = producer.send(
                    topics.weights().message(version + "/" + i, new WeightChunk(version, i, slice, Sha256.of(slice))));
            first = first == null ? sent : first;
        }
        if (first == null) {
            throw new IllegalArgumentException("the policy has no weights");
        }
        final String digest = Sha256.of(image);
        producer.flush();
        return new Place(digest, bytes, chunks, offset(first), null);
    }

    private static long offset(final Future<RecordMetadata> sent) {
        try {
            return sent.get().offset();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while a policy was written", e);
        } catch (final ExecutionException e) {
            throw new KafkaException("a policy could not be written: " + e.getCause(), e.getCause());
        }
    }

    /** Lets compaction remove a version that no actor needs any more. */
    private void tombstone(final PolicyManifest old) {
        for (int i = 0; i < old.getChunks(); i++) {
            producer.send(new ProducerRecord<>(topics.weights().name(), old.getVersion() + "/" + i, null));
        }
    }

    private void removeStored(final PolicyManifest old) {
        final PolicyStore store = transport.store();
        try {
            if (store != null && old.getUri() != null) {
                store.delete(old.getUri());
            }
        } catch (final IOException | IllegalArgumentException e) {
            LOG.warn(
                    "the stored weights of policy version {} could not be deleted: {}",
                    old.getVersion(),
                    e.getMessage());
        }
    }
}

package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.kafka.common.errors.SerializationException;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.settings.io.Sha256;

/** Fetches the weights of a policy version from the log, or from the URI in its manifest, and checks every digest. */
public final class PolicyFetcher implements AutoCloseable {
    private final PolicyChunks chunks;
    private final @Nullable PolicyStore store;

    /** @param store the store of the policies that are too large for the log; null: there is no store */
    public PolicyFetcher(final KafkaClients clients, final @Nullable PolicyStore store) {
        this.chunks = new PolicyChunks(clients.topics().weights(), clients.consumer(KafkaClients.Fetching.LARGE));
        this.store = store;
    }

    /** The safetensors image of a policy version. */
    public sealed interface Weights extends AutoCloseable {
        @Override
        default void close() {}

        /** The image is in memory. */
        record InMemory(ByteBuffer image) implements Weights {}

        /** The image is in a file. A copy is deleted when this is closed. */
        record InFile(Path file, boolean copy) implements Weights {
            @Override
            public void close() {
                try {
                    if (copy) {
                        Files.deleteIfExists(file);
                    }
                } catch (final IOException e) {
                    throw new IllegalStateException(file + " cannot be removed: " + e.getMessage(), e);
                }
            }
        }
    }

    /**
     * Fetches the weights of a version.
     *
     * @throws SerializationException when the weights are damaged, or are at a URI outside the store
     * @throws UnreachablePolicyException when the weights cannot be read now
     */
    public Weights fetch(final PolicyManifest manifest) {
        if (manifest.getUri() == null) {
            return new Weights.InMemory(chunks.fetch(manifest));
        }
        if (store == null) {
            throw new SerializationException("its weights are at " + manifest.getUri()
                    + ", but weights.store is not set: set it as for the learner");
        }
        try {
            final Path folder = Path.of(System.getProperty("java.io.tmpdir"));
            final Path file = store.fetch(manifest.getUri(), folder);
            return checked(manifest, new Weights.InFile(file, store instanceof S3PolicyStore));
        } catch (final IllegalArgumentException e) {
            throw new SerializationException(manifest.getUri() + " cannot be used: " + e.getMessage(), e);
        } catch (final IOException e) {
            throw new UnreachablePolicyException(manifest.getUri() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static Weights checked(final PolicyManifest manifest, final Weights.InFile weights) throws IOException {
        boolean sound = false;
        try {
            sound = Sha256.of(weights.file).equals(manifest.getSha256());
        } finally {
            if (!sound) {
                weights.close();
            }
        }
        if (!sound) {
            throw new SerializationException(manifest.getUri() + " does not match the digest in its manifest");
        }
        return weights;
    }

    @Override
    public void close() {
        chunks.close();
    }
}

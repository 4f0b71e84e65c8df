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
        this.chunks = new PolicyChunks(clients);
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

    /** @throws SerializationException when the weights are damaged or missing, or are at a URI outside the store */
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
            final Weights weights = new Weights.InFile(file, store instanceof S3PolicyStore);
            if (!Sha256.of(file).equals(manifest.getSha256())) {
                weights.close();
                throw new SerializationException(manifest.getUri() + " does not match the digest in its manifest");
            }
            return weights;
        } catch (final IOException | IllegalArgumentException e) {
            throw new SerializationException(manifest.getUri() + " cannot be used: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        chunks.close();
    }
}

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

/** Fetches a version's weights, from the log or from where its manifest says they are, every digest checked. */
public final class PolicyFetcher implements AutoCloseable {
    private final PolicyChunks chunks;
    private final @Nullable PolicyStore store;

    /** @param store where policies lie that are too big for the log, if any do */
    public PolicyFetcher(final KafkaClients clients, final @Nullable PolicyStore store) {
        this.chunks = new PolicyChunks(clients);
        this.store = store;
    }

    /** A version's safetensors image. */
    public sealed interface Weights extends AutoCloseable {
        @Override
        default void close() {}

        /** In memory. */
        record InMemory(ByteBuffer image) implements Weights {}

        /** In a file; a copy goes when this is closed. */
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

    /** @throws SerializationException when they are damaged, missing, or somewhere this may not look */
    public Weights fetch(final PolicyManifest manifest) {
        if (manifest.getUri() == null) {
            return new Weights.InMemory(chunks.fetch(manifest));
        }
        if (store == null) {
            throw new SerializationException(
                    "its weights lie at " + manifest.getUri() + ", and no weights.store is set to look there");
        }
        try {
            final Path folder = Path.of(System.getProperty("java.io.tmpdir"));
            final Path file = store.fetch(manifest.getUri(), folder);
            final Weights weights = new Weights.InFile(file, store instanceof S3PolicyStore);
            if (!Sha256.of(file).equals(manifest.getSha256())) {
                weights.close();
                throw new SerializationException(manifest.getUri() + " is not what the manifest's digest says");
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

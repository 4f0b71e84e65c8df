package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Stores policies in a folder that the learner and the actors share. */
final class FilePolicyStore implements PolicyStore {
    private static final Logger LOG = LoggerFactory.getLogger(FilePolicyStore.class);
    static final String SCHEME = "file:";
    private static final String UNFINISHED = ".unfinished";
    private static final Duration LONG_AGO = Duration.ofHours(1);
    private final Path root;

    FilePolicyStore(final String uri) {
        this.root = Path.of(URI.create(uri)).toAbsolutePath().normalize();
    }

    @Override
    public Stored put(final String name, final Content content) throws IOException {
        Files.createDirectories(root);
        deleteLeftovers();
        // a name of its own: two learners may write at the same time, of which one does not know yet that it is not
        // wanted any more
        final Path unfinished = inside(root.resolve(name + "-" + UUID.randomUUID() + UNFINISHED));
        try {
            final DigestingChannel digesting;
            try (FileChannel out =
                    FileChannel.open(unfinished, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                digesting = new DigestingChannel(out);
                content.writeTo(digesting);
                out.force(true);
            }
            final String sha256 = digesting.sha256();
            final Path file = inside(root.resolve(PolicyStore.named(name, sha256)));
            Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
            return new Stored(file.toUri().toString(), sha256, digesting.bytes());
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    /**
     * Deletes the unfinished files of learners that were killed, as far as this process may. Nobody has written to them for a long time.
     */
    private void deleteLeftovers() {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(root, "*" + UNFINISHED)) {
            files.forEach(FilePolicyStore::deleteIfOld);
        } catch (final IOException | DirectoryIteratorException e) {
            LOG.warn("unfinished policies are left in {}: {}", root, e.toString());
        }
    }

    private static void deleteIfOld(final Path file) {
        try {
            if (Files.getLastModifiedTime(file)
                    .toInstant()
                    .isBefore(Instant.now().minus(LONG_AGO))) {
                Files.deleteIfExists(file);
            }
        } catch (final IOException e) {
            // it is another user's, or another learner deletes it now
            LOG.warn("the unfinished policy {} is left: {}", file, e.toString());
        }
    }

    private Path inside(final Path file) {
        final Path normal = file.toAbsolutePath().normalize();
        if (!normal.startsWith(root) || normal.equals(root)) {
            throw new IllegalArgumentException(file + " is outside the folder of policies " + root);
        }
        return normal;
    }

    private Path file(final String uri) {
        if (!uri.startsWith(SCHEME)) {
            throw new IllegalArgumentException(uri + " is not a file of the folder of policies " + root);
        }
        return inside(Path.of(URI.create(uri)));
    }

    /** Returns the stored file, not a copy. */
    @Override
    public Path fetch(final String uri, final Path folder) throws IOException {
        final Path file = file(uri);
        if (!Files.isRegularFile(file)) {
            throw new IOException(file + " does not exist");
        }
        return file;
    }

    @Override
    public void delete(final String uri) throws IOException {
        Files.deleteIfExists(file(uri));
    }
}

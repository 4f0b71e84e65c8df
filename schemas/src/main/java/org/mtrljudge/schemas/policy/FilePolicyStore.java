package org.mtrljudge.schemas.policy;

import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

/** Stores policies in a folder that the learner and the actors share. */
final class FilePolicyStore implements PolicyStore {
    static final String SCHEME = "file:";
    private final Path root;

    FilePolicyStore(final String uri) {
        this.root = Path.of(URI.create(uri)).toAbsolutePath().normalize();
    }

    @Override
    public Stored put(final String name, final Content content) throws IOException {
        final Path file = inside(root.resolve(name));
        final Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
        Files.createDirectories(root);
        final DigestingChannel digesting;
        try (FileChannel out = FileChannel.open(
                unfinished,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
            digesting = new DigestingChannel(out);
            content.writeTo(digesting);
            out.force(true);
        }
        Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
        return new Stored(file.toUri().toString(), digesting.sha256(), digesting.bytes());
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

package org.mtrljudge.model.checkpoint;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A folder that is written beside its place, synced, and renamed when it is whole, so that it is whole or not there. */
public final class NewFolder implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NewFolder.class);
    private final Path to;
    private final Path unfinished;

    private NewFolder(final Path to) throws IOException {
        this.to = to;
        this.unfinished = to.resolveSibling(to.getFileName() + ".unfinished");
        delete(unfinished);
        Files.createDirectories(unfinished);
    }

    public static NewFolder inPlaceOf(final Path to) throws IOException {
        return new NewFolder(to);
    }

    /** Writes a file's content. */
    public interface Content {
        void writeTo(WritableByteChannel out) throws IOException;
    }

    public void write(final String name, final byte[] content) throws IOException {
        write(name, out -> {
            final ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
        });
    }

    public void write(final String name, final Content content) throws IOException {
        try (FileChannel out =
                FileChannel.open(unfinished.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            content.writeTo(out);
            out.force(true);
        }
    }

    public void finish() throws IOException {
        delete(to);
        sync(unfinished);
        Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
        sync(to.toAbsolutePath().resolveSibling(""));
    }

    /** Makes a folder's entries last; not every system lets a folder be opened for that. */
    private static void sync(final Path folder) {
        try (FileChannel entries = FileChannel.open(folder, StandardOpenOption.READ)) {
            entries.force(true);
        } catch (final IOException e) {
            LOG.debug("{} cannot be synced", folder, e);
        }
    }

    @Override
    public void close() throws IOException {
        delete(unfinished);
    }

    private static void delete(final Path folder) throws IOException {
        if (Files.isDirectory(folder)) {
            try (var entries = Files.newDirectoryStream(folder)) {
                for (final Path entry : entries) {
                    Files.delete(entry);
                }
            }
            Files.delete(folder);
        }
    }
}

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

/**
 * Writes a folder so that it is either complete or absent: the files are written into a temporary folder next to it, synced to the disk,
 * and the temporary folder is renamed by {@link #finish}.
 */
public final class NewFolder implements AutoCloseable {
    /** The end of the name of a folder that is not finished. */
    public static final String UNFINISHED = ".unfinished";

    private static final Logger LOG = LoggerFactory.getLogger(NewFolder.class);
    private final Path to;
    private final Path unfinished;

    private NewFolder(final Path to) throws IOException {
        this.to = to;
        this.unfinished = to.resolveSibling(to.getFileName() + UNFINISHED);
        delete(unfinished);
        Files.createDirectories(unfinished);
    }

    /** Starts a folder that will replace {@code to}. */
    public static NewFolder inPlaceOf(final Path to) throws IOException {
        return new NewFolder(to);
    }

    /** Writes the content of a file. */
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

    /** Puts the finished folder in its place. An earlier folder there is deleted. */
    public void finish() throws IOException {
        delete(to);
        sync(unfinished);
        Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
        sync(to.toAbsolutePath().resolveSibling(""));
    }

    /** Syncs the entries of a folder to the disk. Not every system can open a folder for that, so failures are only logged. */
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

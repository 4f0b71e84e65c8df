package org.mtrljudge.tasks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.mtrljudge.settings.io.PatientRead;

/**
 * Reads pictures that data names by paths in a folder. A file that is outside the folder, missing or too large is refused, and so is a
 * link that leads out of the folder: otherwise a data set could bring any file of its reader into the log. The message completes a
 * sentence that starts with "the picture NAME, which".
 */
public final class PictureFolder {
    /** The maximum size of one encoded picture, in bytes. */
    public static final long MAX_BYTES = 32L << 20;

    private final Path root;

    public PictureFolder(final Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    /** @throws IOException when the picture is refused or cannot be read */
    public byte[] read(final String name) throws IOException {
        final Path file = checked(name);
        try {
            return PatientRead.of(file);
        } catch (final IOException e) {
            throw new IOException("cannot be read: " + e.getMessage(), e);
        }
    }

    /** @throws IOException when {@link #read} would refuse the picture in its present state */
    public void check(final String name) throws IOException {
        checked(name);
    }

    private Path checked(final String name) throws IOException {
        final Path file = root.resolve(name).normalize();
        if (name.contains("://") || !file.startsWith(root)) {
            throw new IOException("is not in " + root);
        }
        if (!Files.isRegularFile(file)) {
            throw new IOException("is not there");
        }
        // the file that is read is the file that was checked, not the links to it
        final Path real = file.toRealPath();
        if (!real.startsWith(root.toRealPath())) {
            throw new IOException("is a link out of " + root + ": copy the picture into that folder");
        }
        if (Files.size(real) > MAX_BYTES) {
            throw new IOException("is larger than " + MAX_BYTES + " bytes");
        }
        return real;
    }
}

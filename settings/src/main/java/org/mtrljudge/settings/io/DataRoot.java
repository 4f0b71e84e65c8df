package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Reads the files of a folder by the names that data have for them. What is wrong with a name or a file differs from a disk or a mount that
 * fails: only the first is a reason to refuse the data.
 */
public final class DataRoot {
    /** In UTF-8, the limits of Linux. Beyond them, a look-up fails as it does on a disk that fails. */
    private static final int MAX_NAME_BYTES = 255;

    private static final int MAX_PATH_BYTES = 4095;

    private final Path root;
    private final long maxBytes;
    private final PatientRead.Reading disk;
    private final long firstPauseMs;

    /** @param maxBytes the size of the largest file that is read */
    public DataRoot(final Path root, final long maxBytes) {
        this(root, maxBytes, Files::readAllBytes, PatientRead.FIRST_PAUSE_MS);
    }

    /** @param firstPauseMs the time before a file is read a second time, which doubles from then on */
    public DataRoot(final Path root, final long maxBytes, final PatientRead.Reading disk, final long firstPauseMs) {
        this.root = root.toAbsolutePath().normalize();
        this.maxBytes = maxBytes;
        this.disk = disk;
        this.firstPauseMs = firstPauseMs;
    }

    /**
     * @throws IllegalArgumentException when the file is refused; the message says why, without the name ("is not there")
     * @throws AwayException when the whole folder is away
     * @throws IOException when the file could not be read several times, so that nothing is known about it
     */
    public byte[] read(final String name) throws IOException {
        return patiently(name, disk);
    }

    /** The file behind all links. It throws what {@link #read} would throw in the present state. */
    public Path locate(final String name) throws IOException {
        check(name);
        return checked(resolved(name));
    }

    /** Throws what {@link #read} would throw in the present state, and does not read the content. */
    public void check(final String name) throws IOException {
        patiently(name, file -> new byte[0]);
    }

    private byte[] patiently(final String name, final PatientRead.Reading reading) throws IOException {
        return PatientRead.of(resolved(name), file -> once(file, reading), firstPauseMs);
    }

    private Path resolved(final String name) {
        if (name.contains("://")) {
            throw new IllegalArgumentException("is a URL: files are read only from the data root " + root);
        }
        final Path file;
        try {
            file = root.resolve(name).normalize();
        } catch (final InvalidPathException e) {
            throw new IllegalArgumentException("is not the name of a file", e);
        }
        if (!file.startsWith(root)) {
            throw new IllegalArgumentException("is outside the data root " + root);
        }
        for (final Path part : file) {
            if (bytes(part) > MAX_NAME_BYTES || bytes(file) > MAX_PATH_BYTES) {
                throw new IllegalArgumentException("is not the name of a file: it is too long");
            }
        }
        return file;
    }

    private static int bytes(final Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8).length;
    }

    private byte[] once(final Path file, final PatientRead.Reading reading) throws IOException {
        try {
            return reading.read(checked(file));
        } catch (final IOException e) {
            // a mount that is away leaves an empty folder, in which every file is missing
            checkRoot();
            if (e instanceof NoSuchFileException || isBelowAFile(file)) {
                throw new IllegalArgumentException("is not there", e);
            }
            if (e instanceof AccessDeniedException) {
                throw new IllegalArgumentException("may not be read by this user", e);
            }
            throw e;
        }
    }

    private void checkRoot() throws AwayException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            if (!entries.iterator().hasNext()) {
                throw new AwayException("the data root " + root + " is empty: is it mounted?", null);
            }
        } catch (final AwayException e) {
            throw e;
        } catch (final IOException | DirectoryIteratorException e) {
            throw new AwayException("the data root " + root + " cannot be read (" + e + "): is it mounted?", e);
        }
    }

    private boolean isBelowAFile(final Path file) {
        for (Path above = file.getParent(); above != null && !above.equals(root); above = above.getParent()) {
            if (Files.isRegularFile(above)) {
                return true;
            }
        }
        return false;
    }

    /**
     * The file itself, behind all links: what is read is the file that was checked.
     *
     * @throws IOException when the file is missing or forbidden, or the disk or the mount fails
     */
    private Path checked(final Path file) throws IOException {
        final Path real = file.toRealPath();
        if (!real.startsWith(root.toRealPath())) {
            throw new IllegalArgumentException("is a link out of " + root + ": copy the file into that folder");
        }
        final BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new IllegalArgumentException("is not a file");
        }
        if (attributes.size() > maxBytes) {
            throw new IllegalArgumentException("is larger than " + maxBytes + " bytes");
        }
        return real;
    }

    /** The folder is away, so nothing is known about the files in it. */
    public static final class AwayException extends IOException {
        private static final long serialVersionUID = 1;

        AwayException(final String message, final @Nullable Exception cause) {
            super(message, cause);
        }
    }
}

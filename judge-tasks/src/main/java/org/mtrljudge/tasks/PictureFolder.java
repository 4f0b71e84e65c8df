package org.mtrljudge.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.mtrljudge.settings.io.PatientRead;

/**
 * Reads pictures that data names by paths in a folder. A file that is outside the folder, missing or too large is refused, and so is a
 * link that leads out of the folder: otherwise a data set could bring any file of its reader into the log. The message of a refusal
 * completes a sentence that starts with "the picture NAME, which". A failure of the disk or the mount is not the fault of the picture:
 * it refuses nothing.
 */
public final class PictureFolder {
    /** The maximum size of one encoded picture, in bytes. */
    public static final long MAX_BYTES = 32L << 20;

    private final Path root;
    private final PatientRead.Reading disk;
    private final long firstPauseMs;

    public PictureFolder(final Path root) {
        this(root, Files::readAllBytes, PatientRead.FIRST_PAUSE_MS);
    }

    /** @param firstPauseMs the time before a file is read a second time, which doubles from then on */
    PictureFolder(final Path root, final PatientRead.Reading disk, final long firstPauseMs) {
        this.root = root.toAbsolutePath().normalize();
        this.disk = disk;
        this.firstPauseMs = firstPauseMs;
    }

    /**
     * @throws DataException when the picture is refused
     * @throws UncheckedIOException when the disk or the mount failed several times, so that nothing is known about the picture
     */
    public byte[] read(final String name) {
        return patiently(name, disk);
    }

    /**
     * @throws DataException when {@link #read} would refuse the picture in its present state
     * @throws UncheckedIOException as {@link #read}
     */
    public void check(final String name) {
        patiently(name, file -> new byte[0]);
    }

    private byte[] patiently(final String name, final PatientRead.Reading reading) {
        final Path file = root.resolve(name).normalize();
        if (name.contains("://") || !file.startsWith(root)) {
            throw new DataException("is not in " + root);
        }
        try {
            return PatientRead.of(file, path -> reading.read(checked(path)), firstPauseMs);
        } catch (final IOException e) {
            throw new UncheckedIOException(
                    "the picture " + file + " cannot be read (" + e
                            + "): a run can be resumed when its disk is there again",
                    e);
        }
    }

    /**
     * The file itself, behind all links.
     *
     * @throws IOException when the disk or the mount fails
     */
    private Path checked(final Path file) throws IOException {
        final Path realRoot;
        // a mount that is away is a root that is missing or cannot be listed
        try (DirectoryStream<Path> ignored = Files.newDirectoryStream(root)) {
            realRoot = root.toRealPath();
        } catch (final IOException e) {
            throw new IOException("the folder " + root + " cannot be read (" + e + "): is it mounted?", e);
        }
        final Path real;
        try {
            real = file.toRealPath();
        } catch (final NoSuchFileException e) {
            throw new DataException("is not there", e);
        }
        // the file that is read is the file that was checked, not the links to it
        if (!real.startsWith(realRoot)) {
            throw new DataException("is a link out of " + root + ": copy the picture into that folder");
        }
        final BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isRegularFile()) {
            throw new DataException("is not a file");
        }
        if (attributes.size() > MAX_BYTES) {
            throw new DataException("is larger than " + MAX_BYTES + " bytes");
        }
        return real;
    }
}

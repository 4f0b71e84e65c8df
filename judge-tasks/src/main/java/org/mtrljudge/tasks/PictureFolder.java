package org.mtrljudge.tasks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.mtrljudge.settings.io.DataRoot;

/**
 * Reads pictures that data names by paths in a folder. A file that is outside the folder, missing or too large is refused, and so is a
 * link that leads out of the folder: otherwise a data set could bring any file of its reader into the log. The message of a refusal
 * completes a sentence that starts with "the picture NAME, which". A failure of the disk or the mount is not the fault of the picture:
 * it refuses nothing.
 */
public final class PictureFolder {
    /** The maximum size of one encoded picture, in bytes. */
    public static final long MAX_BYTES = 32L << 20;

    private final DataRoot files;

    public PictureFolder(final Path root) {
        this(new DataRoot(root, MAX_BYTES));
    }

    PictureFolder(final DataRoot files) {
        this.files = files;
    }

    /**
     * @throws DataException when the picture is refused
     * @throws UncheckedIOException when the disk or the mount failed several times, so that nothing is known about the picture
     */
    public byte[] read(final String name) {
        return refusing(name, files::read);
    }

    /**
     * @throws DataException when {@link #read} would refuse the picture in its present state
     * @throws UncheckedIOException as {@link #read}
     */
    public void check(final String name) {
        refusing(name, picture -> {
            files.check(picture);
            return new byte[0];
        });
    }

    private interface Reading {
        byte[] of(String name) throws IOException;
    }

    private static byte[] refusing(final String name, final Reading reading) {
        try {
            return reading.of(name);
        } catch (final IllegalArgumentException e) {
            throw new DataException(String.valueOf(e.getMessage()), e);
        } catch (final IOException e) {
            throw new UncheckedIOException(
                    "the picture " + name + " cannot be read (" + e
                            + "): a run can be resumed when its disk is there again",
                    e);
        }
    }
}

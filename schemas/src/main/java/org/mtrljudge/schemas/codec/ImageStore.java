package org.mtrljudge.schemas.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.io.PatientRead;
import org.mtrljudge.settings.io.Sha256;

/**
 * Reads the bytes of an image, which are in its record or in a file under the data root, and checks their digest. A failure that is the
 * fault of the image differs from a failure of the disk or the mount: only the first is a reason to refuse the prompt.
 */
public final class ImageStore {
    private static final long MAX_FILE_BYTES = 64L << 20;

    private final Path root;
    private final PatientRead.Reading disk;
    private final long firstPauseMs;

    public ImageStore(final Path root) {
        this(root, Files::readAllBytes, PatientRead.FIRST_PAUSE_MS);
    }

    /** @param firstPauseMs the time before a file is read a second time, which doubles from then on */
    ImageStore(final Path root, final PatientRead.Reading disk, final long firstPauseMs) {
        this.root = root.toAbsolutePath().normalize();
        this.disk = disk;
        this.firstPauseMs = firstPauseMs;
    }

    /**
     * The folder of the images that a run names by reference: the folder of its data file.
     *
     * @param dataFile the data file; null: the images are in the folder of the run
     */
    public static Path root(final @Nullable String dataFile, final Path runFolder) {
        return dataFile == null ? runFolder : Path.of(dataFile).toAbsolutePath().resolveSibling("");
    }

    /** The bytes of all images of a prompt, in the order of the prompt; see {@link #read}. */
    public List<byte[]> readAll(final PromptRequest prompt) {
        return prompt.getImages().stream().map(this::read).toList();
    }

    /**
     * @throws IllegalArgumentException when the image is missing, forbidden, outside the root, too large, or does not match its digest
     * @throws UnreadableImageException when the disk or the mount failed several times, so that nothing is known about the image
     */
    public byte[] read(final ImageRef image) {
        final byte[] bytes;
        if (image.getInline() != null) {
            final ByteBuffer inline = image.getInline().duplicate();
            bytes = new byte[inline.remaining()];
            inline.get(bytes);
        } else {
            bytes = readFile(String.valueOf(image.getPath()));
        }
        if (!Sha256.of(ByteBuffer.wrap(bytes)).equals(image.getSha256())) {
            throw new IllegalArgumentException(
                    "image " + name(image) + " does not match its SHA-256 " + image.getSha256());
        }
        return bytes;
    }

    private byte[] readFile(final String relative) {
        if (relative.contains("://")) {
            throw new IllegalArgumentException(
                    "image " + relative + " is a URL: images are read only from the data root " + root);
        }
        final Path file = root.resolve(relative).normalize();
        try {
            return PatientRead.of(file, path -> readOnce(path, relative), firstPauseMs);
        } catch (final AwayException e) {
            throw new UnreadableImageException(
                    "the data root " + root + " " + e.getMessage() + ": is it mounted?", e, true);
        } catch (final IOException e) {
            throw new UnreadableImageException("image " + file + " cannot be read: " + e, e, false);
        }
    }

    private byte[] readOnce(final Path file, final String relative) throws IOException {
        try {
            return disk.read(checked(file, relative));
        } catch (final IOException e) {
            // a mount that is away leaves an empty folder, in which every file is missing
            checkRoot();
            if (e instanceof NoSuchFileException || e instanceof AccessDeniedException || isBelowAFile(file)) {
                throw new IllegalArgumentException("image " + file + " is missing or forbidden: " + e, e);
            }
            throw e;
        }
    }

    private void checkRoot() throws AwayException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(root)) {
            if (!entries.iterator().hasNext()) {
                throw new AwayException("is empty", null);
            }
        } catch (final AwayException e) {
            throw e;
        } catch (final IOException | DirectoryIteratorException e) {
            throw new AwayException("cannot be read (" + e + ")", e);
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
     * The file itself, behind all links.
     *
     * @throws IOException when the file is missing or forbidden, or the disk or the mount fails
     */
    private Path checked(final Path file, final String relative) throws IOException {
        if (!file.startsWith(root)) {
            throw outside(relative);
        }
        final Path real = file.toRealPath();
        if (!real.startsWith(root.toRealPath())) {
            throw outside(relative);
        }
        final BasicFileAttributes attributes = Files.readAttributes(real, BasicFileAttributes.class);
        if (!attributes.isRegularFile() || attributes.size() > MAX_FILE_BYTES) {
            throw new IllegalArgumentException(
                    "image " + file + " is not a file, or is larger than " + MAX_FILE_BYTES + " bytes");
        }
        return real;
    }

    /** The data root is away, so nothing is known about the files in it. */
    private static final class AwayException extends IOException {
        private static final long serialVersionUID = 1;

        AwayException(final String message, final @Nullable Exception cause) {
            super(message, cause);
        }
    }

    private IllegalArgumentException outside(final String relative) {
        return new IllegalArgumentException("image " + relative + " is outside the data root " + root);
    }

    private static String name(final ImageRef image) {
        return image.getPath() == null ? "(inline)" : image.getPath();
    }
}

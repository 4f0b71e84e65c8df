package org.mtrljudge.schemas.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.io.DataRoot;
import org.mtrljudge.settings.io.Sha256;

/**
 * Reads the bytes of an image, which are in its record or in a file under the data root, and checks their digest. A failure that is the
 * fault of the image differs from a failure of the disk or the mount: only the first is a reason to refuse the prompt.
 */
public final class ImageStore {
    private static final long MAX_FILE_BYTES = 64L << 20;

    private final DataRoot files;

    public ImageStore(final Path root) {
        this(new DataRoot(root, MAX_FILE_BYTES));
    }

    ImageStore(final DataRoot files) {
        this.files = files;
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
            bytes = found(String.valueOf(image.getPath()), files::read);
        }
        if (!Sha256.of(ByteBuffer.wrap(bytes)).equals(image.getSha256())) {
            throw new IllegalArgumentException(
                    "image " + name(image) + " does not match its SHA-256 " + image.getSha256());
        }
        return bytes;
    }

    /**
     * The file of an image, behind all links.
     *
     * @throws IllegalArgumentException when the image is in its record, or as {@link #read} throws it
     * @throws UnreadableImageException when the disk or the mount failed several times
     */
    public Path path(final ImageRef image) {
        final String path = image.getPath();
        if (image.getInline() != null || path == null) {
            throw new IllegalArgumentException("image (inline) is in the log and has no path");
        }
        return found(path, files::locate);
    }

    private interface Finding<T> {
        T find(String path) throws IOException;
    }

    private static <T> T found(final String path, final Finding<T> finding) {
        try {
            return finding.find(path);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException("image " + path + " " + e.getMessage(), e);
        } catch (final DataRoot.AwayException e) {
            throw new UnreadableImageException(String.valueOf(e.getMessage()), e, true);
        } catch (final IOException e) {
            throw new UnreadableImageException("image " + path + " cannot be read: " + e, e, false);
        }
    }

    private static String name(final ImageRef image) {
        return image.getPath() == null ? "(inline)" : image.getPath();
    }
}

package org.mtrljudge.schemas.codec;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.settings.io.PatientRead;
import org.mtrljudge.settings.io.Sha256;

/** Reads the bytes of an image, which are in its record or in a file under the data root, and checks their digest. */
public final class ImageStore {
    private static final long MAX_FILE_BYTES = 64L << 20;
    private final Path root;

    public ImageStore(final Path root) {
        this.root = root.toAbsolutePath().normalize();
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

    /** @throws IllegalArgumentException when the image is missing, outside the root, too large, or does not match its digest */
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
            if (!file.startsWith(root)
                    || Files.exists(file) && !file.toRealPath().startsWith(root.toRealPath())) {
                throw new IllegalArgumentException("image " + relative + " is outside the data root " + root);
            }
            if (Files.size(file) > MAX_FILE_BYTES) {
                throw new IllegalArgumentException("image " + file + " is larger than " + MAX_FILE_BYTES + " bytes");
            }
            return PatientRead.of(file);
        } catch (final IOException e) {
            throw new IllegalArgumentException("image " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String name(final ImageRef image) {
        return image.getPath() == null ? "(inline)" : image.getPath();
    }
}

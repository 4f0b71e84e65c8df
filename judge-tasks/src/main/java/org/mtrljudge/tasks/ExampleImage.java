package org.mtrljudge.tasks;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A picture of an example.
 *
 * @param content reads the encoded picture, each time that it is called
 * @param path the path relative to the data root; null for a generated picture
 */
public record ExampleImage(
        Supplier<byte[]> content, @Nullable String path) {
    public ExampleImage(final byte[] bytes, final @Nullable String path) {
        this(() -> bytes, path);
    }

    /**
     * The encoded picture.
     *
     * @throws DataException when its file is missing, or is refused for another reason
     * @throws java.io.UncheckedIOException when the disk or the mount of its file fails
     */
    public byte[] bytes() {
        return content.get();
    }
}

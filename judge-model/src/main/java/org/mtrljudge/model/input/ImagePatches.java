package org.mtrljudge.model.input;

import java.util.function.Supplier;

/**
 * One preprocessed image for the vision tower: its patches, ordered by merge blocks of 2 × 2.
 *
 * @param gridHeight the number of patches per column
 * @param gridWidth the number of patches per row
 * @param fileBytes the size of the picture's file, which is kept for the pixels; 0 where none is
 * @param source gives the pixels each time they are used, see {@link #pixels}
 */
public record ImagePatches(int gridHeight, int gridWidth, int fileBytes, Supplier<byte[]> source) {
    /** Without a file. */
    public ImagePatches(final int gridHeight, final int gridWidth, final Supplier<byte[]> source) {
        this(gridHeight, gridWidth, 0, source);
    }

    public int patches() {
        return gridHeight * gridWidth;
    }

    /** The number of prompt tokens of the image: one per four patches. */
    public int tokens() {
        return patches() / 4;
    }

    /** {@code [gridHeight * gridWidth, 3 * patch * patch]}, uint8: one frame. They may be decoded by this call. */
    public byte[] pixels() {
        return source.get();
    }
}

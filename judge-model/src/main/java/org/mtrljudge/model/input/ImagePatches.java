package org.mtrljudge.model.input;

/**
 * One preprocessed image for the vision tower: its patches, ordered by merge blocks of 2 × 2.
 *
 * @param pixels {@code [gridHeight * gridWidth, 3 * frames * patch * patch]}, float32 in −1..1
 * @param gridHeight the number of patches per column
 * @param gridWidth the number of patches per row
 */
public record ImagePatches(float[] pixels, int gridHeight, int gridWidth) {

    public int patches() {
        return gridHeight * gridWidth;
    }

    /** The number of prompt tokens of the image: one per four patches. */
    public int tokens() {
        return patches() / 4;
    }
}

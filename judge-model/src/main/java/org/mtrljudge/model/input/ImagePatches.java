package org.mtrljudge.model.input;

/**
 * One preprocessed image: its patches in merge-block order, ready for the vision tower.
 *
 * @param pixels {@code [gridHeight * gridWidth, 3 * frames * patch * patch]}, float32 in −1..1
 * @param gridHeight patches in a column
 * @param gridWidth patches in a row
 */
public record ImagePatches(float[] pixels, int gridHeight, int gridWidth) {

    public int patches() {
        return gridHeight * gridWidth;
    }

    /** How many tokens of the prompt the image takes: four patches each. */
    public int tokens() {
        return patches() / 4;
    }
}

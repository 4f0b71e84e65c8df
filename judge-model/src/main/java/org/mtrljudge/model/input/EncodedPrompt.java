package org.mtrljudge.model.input;

import java.util.List;

/**
 * A prompt as the model reads it.
 *
 * @param ids token ids, image placeholders expanded: {@code [positions]}
 * @param positions rotary position of each token on the axes time, height, width: {@code [3][positions]}
 * @param nextPosition the position, on every axis, of the first generated token
 * @param imageToken the id that marks where an image feature goes
 */
public record EncodedPrompt(int[] ids, int[][] positions, int nextPosition, int imageToken, List<ImagePatches> images) {

    public int length() {
        return ids.length;
    }
}

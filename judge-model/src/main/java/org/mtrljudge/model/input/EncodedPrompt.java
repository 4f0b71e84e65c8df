package org.mtrljudge.model.input;

import java.util.List;

/**
 * A prompt in the form that the model reads.
 *
 * @param ids the token ids with one image token per image feature: {@code [positions]}
 * @param positions the rotary position of each token on the axes time, height and width: {@code [3][positions]}
 * @param nextPosition the position of the first generated token, the same on every axis
 * @param imageToken the id of the token that an image feature replaces
 */
public record EncodedPrompt(int[] ids, int[][] positions, int nextPosition, int imageToken, List<ImagePatches> images) {

    public int length() {
        return ids.length;
    }
}

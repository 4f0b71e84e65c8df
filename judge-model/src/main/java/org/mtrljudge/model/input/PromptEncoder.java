package org.mtrljudge.model.input;

import java.util.Arrays;
import java.util.List;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelException;

/** Writes a judging prompt in the chat format and gives every token its three rotary positions. */
public final class PromptEncoder {
    /** Marks in a prompt's text where the next image goes. */
    public static final String IMAGE = "<image>";

    private static final String PAD = "<|image_pad|>";
    private final JudgeConfig config;
    private final JudgeTokenizer tokenizer;

    public PromptEncoder(final JudgeConfig config, final JudgeTokenizer tokenizer) {
        this.config = config;
        this.tokenizer = tokenizer;
    }

    /**
     * @param text the user's turn with one {@code <image>} for each image
     * @throws ModelException when placeholders and images differ in number
     */
    public EncodedPrompt encode(final String text, final List<ImagePatches> images) {
        if (text.contains("<|")) {
            throw new ModelException("the prompt's text holds '<|', which is kept for special tokens: " + text);
        }
        final String[] parts = text.split(IMAGE, -1);
        if (parts.length - 1 != images.size()) {
            throw new ModelException("the prompt has " + (parts.length - 1) + " " + IMAGE + " placeholders and "
                    + images.size() + " images: " + text);
        }
        final StringBuilder turn = new StringBuilder("<|im_start|>user\n").append(parts[0]);
        for (int i = 0; i < images.size(); i++) {
            turn.append("<|vision_start|>")
                    .append(PAD.repeat(images.get(i).tokens()))
                    .append("<|vision_end|>")
                    .append(parts[i + 1]);
        }
        final int[] ids = tokenizer.encode(
                turn.append("<|im_end|>\n<|im_start|>assistant\n").toString());
        return withPositions(ids, images);
    }

    /** A completion as it should have been generated: its tokens and the end of the turn. */
    public int[] encodeCompletion(final String text) {
        final int[] ids = tokenizer.encode(text);
        final int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = config.eosTokenId();
        return ended;
    }

    /** Text advances all three axes; an image spans a grid from where it starts; what follows goes on from the largest. */
    private EncodedPrompt withPositions(final int[] ids, final List<ImagePatches> images) {
        final int[][] positions = new int[3][ids.length];
        int next = 0;
        int image = 0;
        int i = 0;
        while (i < ids.length) {
            if (ids[i] != config.imageTokenId()) {
                positions[0][i] = positions[1][i] = positions[2][i] = next++;
                i++;
                continue;
            }
            final ImagePatches patches = images.get(image++);
            final int rows = patches.gridHeight() / 2;
            final int columns = patches.gridWidth() / 2;
            for (int k = 0; k < patches.tokens(); k++, i++) {
                positions[0][i] = next;
                positions[1][i] = next + k / columns;
                positions[2][i] = next + k % columns;
            }
            next += Math.max(rows, columns);
        }
        return new EncodedPrompt(ids, positions, next, config.imageTokenId(), images);
    }
}

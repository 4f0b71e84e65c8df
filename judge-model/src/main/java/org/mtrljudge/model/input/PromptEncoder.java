package org.mtrljudge.model.input;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelException;

/** Converts a judging prompt to the chat format and computes the three rotary positions of every token. */
public final class PromptEncoder {
    /** Marks the place of an image in the text of a prompt. */
    public static final String IMAGE = "<image>";

    private static final String PAD = "<|image_pad|>";
    private final JudgeConfig config;
    private final JudgeTokenizer tokenizer;

    public PromptEncoder(final JudgeConfig config, final JudgeTokenizer tokenizer) {
        this.config = config;
        this.tokenizer = tokenizer;
    }

    /**
     * Encodes a prompt.
     *
     * @param text the user's turn with one {@code <image>} for each image
     * @throws ModelException when the numbers of placeholders and images differ, or the text contains special tokens
     */
    public EncodedPrompt encode(final String text, final List<ImagePatches> images) {
        if (text.contains("<|")) {
            throw new ModelException(
                    "the text of the prompt contains '<|', which is reserved for special tokens: " + text);
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
        final List<Integer> wanted = images.stream().map(ImagePatches::tokens).toList();
        final List<Integer> made = imageTokens(ids);
        if (!made.equals(wanted)) {
            throw new ModelException("tokenizer.json makes " + made + " image tokens where the images need " + wanted
                    + ": its " + PAD + ", and no other text, must have the image_token_id of config.json, which is "
                    + config.imageTokenId());
        }
        return withPositions(checked(ids), images);
    }

    /** How many image tokens stand together, from the first to the last image. */
    private List<Integer> imageTokens(final int[] ids) {
        final List<Integer> runs = new ArrayList<>();
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == config.imageTokenId()) {
                final boolean together = i > 0 && ids[i - 1] == config.imageTokenId();
                runs.add(together ? 1 + runs.remove(runs.size() - 1) : 1);
            }
        }
        return runs;
    }

    /** An id without an embedding would fail in the middle of a batch. */
    private int[] checked(final int[] ids) {
        for (final int id : ids) {
            if (id < 0 || id >= config.text().vocabSize()) {
                throw new ModelException("tokenizer.json makes token " + id + ", but the vocab_size of config.json is "
                        + config.text().vocabSize() + ": the two files do not belong together");
            }
        }
        return ids;
    }

    /** Encodes a completion as the model should generate it: its tokens and the end-of-turn token. */
    public int[] encodeCompletion(final String text) {
        final int[] ids = checked(tokenizer.encode(text));
        final int[] ended = Arrays.copyOf(ids, ids.length + 1);
        ended[ids.length] = config.eosTokenId();
        return ended;
    }

    /** A text token advances all three axes. The tokens of an image form a grid; the next token follows its largest position. */
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

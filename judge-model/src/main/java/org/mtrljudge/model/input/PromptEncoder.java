package org.mtrljudge.model.input;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelException;

/** Converts a judging prompt to the turns of the chat template and computes the three rotary positions of every token. */
public final class PromptEncoder {
    /** Marks the place of an image in the text of a prompt. */
    public static final String IMAGE = "<image>";

    private final JudgeConfig config;
    private final JudgeTokenizer tokenizer;
    private final ChatTemplate template;

    public PromptEncoder(final JudgeConfig config, final JudgeTokenizer tokenizer, final ChatTemplate template) {
        this.config = config;
        this.tokenizer = tokenizer;
        this.template = template;
    }

    /**
     * Encodes a prompt. Special tokens in its texts are text.
     *
     * @param system the turn of the system; null: there is none
     * @param text the user's turn with one {@code <image>} for each image
     * @throws ModelException when the numbers of placeholders and images differ, or the template cannot write the prompt
     */
    public EncodedPrompt encode(final @Nullable String system, final String text, final List<ImagePatches> images) {
        final List<String> texts =
                Stream.of(text.split(IMAGE, -1)).map(tokenizer::asText).toList();
        if (texts.size() - 1 != images.size()) {
            throw new ModelException("the prompt has " + (texts.size() - 1) + " " + IMAGE + " placeholders and "
                    + images.size() + " images: " + text);
        }
        final int[] ids =
                tokenizer.encodeTurns(template.render(system == null ? null : tokenizer.asText(system), texts));
        return withPositions(checked(withRoom(ids, images)), images);
    }

    /** The template writes one token for an image. It becomes as many as the image has. */
    private int[] withRoom(final int[] ids, final List<ImagePatches> images) {
        final long places =
                IntStream.of(ids).filter(id -> id == config.imageTokenId()).count();
        if (places != images.size()) {
            throw new ModelException("the chat template and tokenizer.json make " + places + " image tokens for "
                    + images.size()
                    + " images: the template must write one token with the image_token_id of config.json,"
                    + " which is " + config.imageTokenId() + ", for each image, and no other text may make it");
        }
        final IntStream.Builder wide = IntStream.builder();
        int image = 0;
        for (final int id : ids) {
            final int copies = id == config.imageTokenId() ? images.get(image++).tokens() : 1;
            for (int k = 0; k < copies; k++) {
                wide.add(id);
            }
        }
        return wide.build().toArray();
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

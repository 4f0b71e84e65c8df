package org.mtrljudge.model.input;

import java.util.ArrayList;
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

    private static final String THINK = "<think>";
    private static final String THINK_END = "</think>";

    /** One process may have an encoder for each of its actors and one for the learner, and the heap is needed for other things too. */
    private static final int SHARE_FOR_PIXELS = 16;

    private final JudgeConfig config;
    private final ImageProcessor processor;
    private final JudgeTokenizer tokenizer;
    private final ChatTemplate template;
    private final String opening;
    private final int maxLength;
    private final PixelCache pixels = new PixelCache(Runtime.getRuntime().maxMemory() / SHARE_FOR_PIXELS);

    /** @param maxLength the largest number of tokens of a prompt */
    public PromptEncoder(
            final JudgeConfig config,
            final ImageProcessor processor,
            final JudgeTokenizer tokenizer,
            final ChatTemplate template,
            final int maxLength) {
        this.maxLength = maxLength;
        this.config = config;
        this.processor = processor;
        this.tokenizer = tokenizer;
        this.template = template;
        this.opening = opening(template);
    }

    private static String opening(final ChatTemplate template) {
        final String question = "Q?";
        final String turns = template.render(null, List.of(question));
        final String answer = turns.substring(turns.lastIndexOf(question) + question.length());
        final int think = answer.lastIndexOf(THINK);
        return think > answer.lastIndexOf(THINK_END) ? answer.substring(think) : "";
    }

    /** What the template writes of the answer itself: the tag that begins the thoughts, for a model that always thinks. Mostly empty. */
    public String opening() {
        return opening;
    }

    /**
     * Encodes a prompt with its pictures. Their files are kept with the prompt, their pixels only as long as there is room.
     *
     * @param pictures the bytes of their files
     * @param name names the prompt in error messages
     * @throws ModelException also when a picture cannot be decoded, or the prompt is longer than allowed
     */
    public EncodedPrompt encode(
            final @Nullable String system, final String text, final List<byte[]> pictures, final String name) {
        final List<ImagePatches> images = new ArrayList<>();
        for (final byte[] picture : pictures) {
            images.add(pixels.process(processor, picture, (images.size() + 1) + " of " + name));
        }
        return encode(system, text, images);
    }

    /**
     * The number of tokens of a prompt with its turns and pictures, which are not decoded.
     *
     * @throws ModelException when the prompt cannot be encoded
     */
    public int length(final @Nullable String system, final String text, final List<byte[]> pictures) {
        final List<ImagePatches> images = new ArrayList<>();
        for (final byte[] picture : pictures) {
            images.add(processor.measure(picture, String.valueOf(images.size() + 1)));
        }
        return encode(system, text, images).length();
    }

    /**
     * Encodes a prompt. Special tokens in its texts are text.
     *
     * @param system the turn of the system; null: there is none
     * @param text the user's turn with one {@code <image>} for each image
     * @throws ModelException when the numbers of placeholders and images differ, the template cannot write the prompt, or it is longer
     *     than allowed
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
        final int[] whole = checked(withRoom(ids, images));
        if (whole.length > maxLength) {
            throw new ModelException("the prompt has " + whole.length + " tokens, and data.max_prompt_length is "
                    + maxLength + ": data.filter_overlong_prompts leaves such examples out");
        }
        return withPositions(whole, images);
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

    /** Encodes a completion as the model should generate it: its tokens after the {@link #opening}, and the end-of-turn token. */
    public int[] encodeCompletion(final String text) {
        final String begun = opening.isEmpty() || text.startsWith(opening) ? opening : THINK;
        final String rest = text.startsWith(begun) ? text.substring(begun.length()) : text;
        final int[] ids = checked(tokenizer.encode(rest));
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

package org.mtrljudge.model.input;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import org.mtrljudge.model.config.ModelException;

/** Converts text to token ids and back, with the {@code tokenizer.json} of a checkpoint. */
public final class JudgeTokenizer implements AutoCloseable {
    private static final int REPLACEMENT = 0xFFFD;
    private final HuggingFaceTokenizer tokenizer;

    /** @throws ModelException when the bytes are not a tokenizer file */
    public JudgeTokenizer(final byte[] tokenizerJson) {
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(tokenizerJson),
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (final IOException | RuntimeException e) {
            throw new ModelException("tokenizer.json cannot be read: " + e.getMessage(), e);
        }
    }

    /** Encodes a text. Unpaired surrogates become the replacement character, because the native library would damage other emoji too. */
    public int[] encode(final String text) {
        final long[] ids =
                tokenizer.encode(withoutUnpairedSurrogates(text), false, false).getIds();
        final int[] result = new int[ids.length];
        for (int i = 0; i < ids.length; i++) {
            result[i] = (int) ids[i];
        }
        return result;
    }

    private static String withoutUnpairedSurrogates(final String text) {
        final int[] points = text.codePoints()
                .map(c -> c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? REPLACEMENT : c)
                .toArray();
        return new String(points, 0, points.length);
    }

    /** Decodes token ids. Special tokens, for example the end-of-turn token, add no text. */
    public String decode(final int[] ids) {
        final long[] wide = new long[ids.length];
        for (int i = 0; i < ids.length; i++) {
            wide[i] = ids[i];
        }
        return tokenizer.decode(wide, true);
    }

    @Override
    public void close() {
        tokenizer.close();
    }
}

package org.mtrljudge.model.input;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Map;
import org.mtrljudge.model.config.ModelException;

/** Text to token ids and back, by a checkpoint's own {@code tokenizer.json}. */
public final class JudgeTokenizer implements AutoCloseable {
    private static final int REPLACEMENT = 0xFFFD;
    private final HuggingFaceTokenizer tokenizer;

    /** @throws ModelException when the bytes are no tokenizer file */
    public JudgeTokenizer(final byte[] tokenizerJson) {
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(tokenizerJson),
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (final IOException | RuntimeException e) {
            throw new ModelException("tokenizer.json cannot be read: " + e.getMessage(), e);
        }
    }

    /** An unpaired surrogate is read as the replacement character: the native side would else garble every emoji beside it. */
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

    /** Special tokens, the end of the turn among them, leave no text. */
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

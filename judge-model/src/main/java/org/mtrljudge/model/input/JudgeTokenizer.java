package org.mtrljudge.model.input;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.settings.io.Mappers;

/** Converts text to token ids and back, with the {@code tokenizer.json} of a checkpoint. */
public final class JudgeTokenizer implements AutoCloseable {
    private static final int REPLACEMENT = 0xFFFD;
    private static final ObjectReader OUTLINE =
            Mappers.JSON.readerFor(Outline.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final HuggingFaceTokenizer tokenizer;

    /** @throws ModelException when the bytes are not a tokenizer file */
    public JudgeTokenizer(final byte[] tokenizerJson) {
        check(tokenizerJson);
        try {
            tokenizer = HuggingFaceTokenizer.newInstance(
                    new ByteArrayInputStream(tokenizerJson),
                    Map.of("addSpecialTokens", "false", "truncation", "false", "padding", "false"));
        } catch (final IOException | RuntimeException e) {
            throw new ModelException("tokenizer.json cannot be read: " + e.getMessage(), e);
        }
    }

    /** The kinds of a tokenizer's parts. The vocabulary is not read. */
    private record Outline(
            @Nullable Part model,
            @Nullable Part normalizer,
            @JsonProperty("pre_tokenizer") @Nullable Part preTokenizer,
            @JsonProperty("post_processor") @Nullable Part postProcessor,
            @Nullable Part decoder) {}

    private record Part(
            @Nullable String type,
            @Nullable List<Part> normalizers,
            @Nullable List<Part> pretokenizers,
            @Nullable List<Part> processors,
            @Nullable List<Part> decoders) {

        void check(final String where, final Set<String> supported) {
            if (type == null || !supported.contains(type)) {
                throw new ModelException("tokenizer.json: the " + where + " is of type " + type + "; supported are "
                        + new TreeSet<>(supported) + ", as in Qwen3-VL");
            }
            Stream.of(normalizers, pretokenizers, processors, decoders)
                    .flatMap(Stream::ofNullable)
                    .flatMap(List::stream)
                    .forEach(part -> check(part, where, supported));
        }

        static void check(final @Nullable Part part, final String where, final Set<String> supported) {
            if (part != null) {
                part.check(where, supported);
            }
        }
    }

    /** The native library ends the whole process where some other kinds of parts are damaged, so they are refused before. */
    private static void check(final byte[] tokenizerJson) {
        final Outline outline;
        try {
            outline = OUTLINE.readValue(tokenizerJson);
        } catch (final IOException e) {
            throw new ModelException("tokenizer.json cannot be read: " + e.getMessage(), e);
        }
        if (outline == null || outline.model == null) {
            throw new ModelException("tokenizer.json has no 'model': it is not the file of a tokenizer");
        }
        outline.model.check("model", Set.of("BPE"));
        Part.check(outline.normalizer, "normalizer", Set.of("NFC", "Sequence"));
        Part.check(outline.preTokenizer, "pre_tokenizer", Set.of("ByteLevel", "Split", "Sequence"));
        Part.check(outline.postProcessor, "post_processor", Set.of("ByteLevel"));
        Part.check(outline.decoder, "decoder", Set.of("ByteLevel"));
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

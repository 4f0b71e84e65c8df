package org.mtrljudge.model.input;

import ai.djl.huggingface.tokenizers.HuggingFaceTokenizer;
import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.settings.io.Mappers;

/** Converts text to token ids and back, with the {@code tokenizer.json} of a checkpoint. */
public final class JudgeTokenizer implements AutoCloseable {
    private static final int REPLACEMENT = 0xFFFD;
    /** Cuts text into pieces that are encoded one by one. No text has it, because half a pair is no character. */
    private static final char CUT = '\uDFFF';

    private static final ObjectReader OUTLINE =
            Mappers.JSON.readerFor(Outline.class).without(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

    private final HuggingFaceTokenizer tokenizer;
    private final Pattern special;

    /** @throws ModelException when the bytes are not a tokenizer file */
    public JudgeTokenizer(final byte[] tokenizerJson) {
        this.special = special(checked(tokenizerJson));
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
            @JsonProperty("added_tokens") @Nullable List<AddedToken> addedTokens,
            @Nullable Part model,
            @Nullable Part normalizer,
            @JsonProperty("pre_tokenizer") @Nullable Part preTokenizer,
            @JsonProperty("post_processor") @Nullable Part postProcessor,
            @Nullable Part decoder) {}

    private record AddedToken(@Nullable String content, boolean special) {}

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
    private static Outline checked(final byte[] tokenizerJson) {
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
        return outline;
    }

    /** Finds the special tokens, the longest first where several begin. */
    private static Pattern special(final Outline outline) {
        final String names = Stream.ofNullable(outline.addedTokens)
                .flatMap(List::stream)
                .filter(token -> token.special)
                .flatMap(token -> Stream.ofNullable(token.content))
                .filter(content -> !content.isEmpty())
                .sorted(Comparator.comparingInt(String::length).reversed())
                .map(Pattern::quote)
                .collect(Collectors.joining("|"));
        // without special tokens the pattern finds nothing
        return Pattern.compile(names.isEmpty() ? "(?!)" : names);
    }

    /** Encodes a text of a user or of the judge: what looks like a special token is text like any other. */
    public int[] encode(final String text) {
        return encodeTurns(asText(text));
    }

    /**
     * Marks the special tokens in a text of a user, so that {@link #encodeTurns} takes them for text. Unpaired surrogates become the
     * replacement character, because the native library would damage other emoji too.
     */
    String asText(final String text) {
        return special.matcher(withoutUnpairedSurrogates(text)).replaceAll(found -> {
            final int first = found.group().offsetByCodePoints(0, 1);
            return Matcher.quoteReplacement(
                    found.group().substring(0, first) + CUT + found.group().substring(first));
        });
    }

    /** Whether a text has what would be a special token if a template had written it. */
    public boolean hasSpecialTokens(final String text) {
        return special.matcher(text).find();
    }

    /** Encodes what a chat template wrote. The special tokens in it are tokens, except in a text that {@link #asText} marked. */
    int[] encodeTurns(final String turns) {
        final IntStream.Builder ids = IntStream.builder();
        int from = 0;
        for (int i = 0; i <= turns.length(); i++) {
            if (i == turns.length() || isCut(turns, i)) {
                final String piece = withoutUnpairedSurrogates(turns.substring(from, i));
                for (final long id : tokenizer.encode(piece, false, false).getIds()) {
                    ids.add((int) id);
                }
                from = i + 1;
            }
        }
        return ids.build().toArray();
    }

    private static boolean isCut(final String text, final int i) {
        return text.charAt(i) == CUT && (i == 0 || !Character.isHighSurrogate(text.charAt(i - 1)));
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

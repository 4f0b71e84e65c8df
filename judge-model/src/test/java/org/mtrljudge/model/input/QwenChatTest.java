package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Compares the turns of Qwen3-VL with the reference on 200 conversations. A development check: it runs only if {@code
 * -Dparity.templates=FOLDER} names a folder with {@code instruct.jinja} and {@code thinking.jinja}, the {@code chat_template.jinja} of
 * the published models, and {@code -Dparity.tokenizer} the tokenizer of {@link QwenTokenizerTest}.
 */
@EnabledIfSystemProperty(named = "parity.templates", matches = ".+")
class QwenChatTest {
    @ParameterizedTest
    @ValueSource(strings = {"instruct", "thinking"})
    void shouldEncodeConversationsAsTheReferenceDoes(final String name) throws Exception {
        final JsonNode golden = new ObjectMapper()
                .readTree(Path.of("src/test/resources/parity-chat.json").toFile());
        assertThat(golden).hasSize(200);
        final ChatTemplate template = new ChatTemplate(
                Files.readString(Path.of(System.getProperty("parity.templates"), name + ".jinja")), Map.of());
        try (JudgeTokenizer tokenizer =
                new JudgeTokenizer(Files.readAllBytes(Path.of(System.getProperty("parity.tokenizer"))))) {
            for (final JsonNode talk : golden) {
                final List<String> texts = StreamSupport.stream(
                                talk.get("texts").spliterator(), false)
                        .map(text -> tokenizer.asText(text.asText()))
                        .toList();
                final String system = talk.get("system").isNull()
                        ? null
                        : tokenizer.asText(talk.get("system").asText());
                assertThat(tokenizer.encodeTurns(template.render(system, texts)))
                        .as(talk.toString())
                        .containsExactly(StreamSupport.stream(talk.get(name).spliterator(), false)
                                .mapToInt(JsonNode::asInt)
                                .toArray());
            }
        }
    }
}

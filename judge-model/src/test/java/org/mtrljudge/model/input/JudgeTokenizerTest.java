package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;

class JudgeTokenizerTest {
    /**
     * transformers gives a "Qwen2Tokenizer" the pre-tokenizer of Qwen, whatever tokenizer.json says: " 1" and two line ends would be other
     * tokens there, and in vLLM, than here.
     */
    @Test
    void shouldBeReadByTransformersAsItsFileSays() throws IOException {
        try (InputStream config = JudgeFolder.class.getResourceAsStream("/judge-tiny/tokenizer_config.json")) {
            assertThat(new ObjectMapper()
                            .readTree(config)
                            .get("tokenizer_class")
                            .asText())
                    .isEqualTo("PreTrainedTokenizerFast");
        }
        final JudgeFolder preset = JudgeFolder.preset(JudgeFolder.JUDGE_TINY);
        try (JudgeTokenizer tokenizer = new JudgeTokenizer(preset.tokenizerJson())) {
            // what transformers 5.24.0 makes of it with that class
            assertThat(tokenizer.encode("a 1 2\n\nb")).containsExactly(75, 514, 603, 209, 209, 76);
        }
    }

    @Test
    void shouldReadAnUnpairedSurrogateAsTheReplacementCharacter() {
        try (JudgeTokenizer tokenizer =
                new JudgeTokenizer(JudgeFolder.preset(JudgeFolder.JUDGE_TINY).tokenizerJson())) {
            final String emoji = "\ud83d\udc4d";
            assertThat(tokenizer.encode("a\ud83d " + emoji)).isEqualTo(tokenizer.encode("a\ufffd " + emoji));
            assertThat(tokenizer.decode(tokenizer.encode("red ball, " + emoji))).isEqualTo("red ball, " + emoji);
        }
    }

    @Test
    void shouldRefuseWhatTheNativeLibraryWouldEndTheProcessFor() {
        final String damaged = "{\"model\": {\"type\": \"BPE\", \"vocab\": {}, \"merges\": []}, \"normalizer\":"
                + " {\"type\": \"Precompiled\", \"precompiled_charsmap\": \"/////w==\"}}";
        assertThatThrownBy(() -> new JudgeTokenizer(damaged.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("the normalizer is of type Precompiled; supported are [NFC, Sequence]");
    }

    @Test
    void shouldRefuseATokenizerOfAnotherVocabulary() {
        final JudgeFolder preset = JudgeFolder.preset(JudgeFolder.JUDGE_TINY);
        final String json = new String(preset.tokenizerJson(), StandardCharsets.UTF_8);
        final String other = json.replace("<|image_pad|>", "<|another|>");
        try (JudgeTokenizer tokenizer = new JudgeTokenizer(other.getBytes(StandardCharsets.UTF_8))) {
            final PromptEncoder encoder = preset.promptEncoder(tokenizer);
            final List<ImagePatches> images = List.of(new ImagePatches(2, 2, () -> new byte[0]));
            assertThatThrownBy(() -> encoder.encode(null, "<image>", images))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("make 0 image tokens for 1 images");
        }
    }
}

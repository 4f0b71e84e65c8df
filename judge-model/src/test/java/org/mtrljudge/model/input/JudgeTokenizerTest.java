package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;

class JudgeTokenizerTest {
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
            final List<ImagePatches> images = List.of(new ImagePatches(new float[0], 2, 2));
            assertThatThrownBy(() -> encoder.encode(null, "<image>", images))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("make 0 image tokens for 1 images");
        }
    }
}

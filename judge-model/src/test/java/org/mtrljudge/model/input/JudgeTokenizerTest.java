package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.mtrljudge.model.checkpoint.JudgeFolder;

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
}

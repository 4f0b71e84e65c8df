package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.ImagePatches;
import org.mtrljudge.model.input.JudgeTokenizer;
import org.mtrljudge.model.input.PromptEncoder;

/** Whatever a tokenizer's file or a prompt says, it is read or refused with a reason. The tokenizer itself is native code. */
class TokenizerFuzzTest {
    private static final JudgeFolder PRESET = JudgeFolder.preset(JudgeFolder.JUDGE_TINY);
    private static final JudgeConfig CONFIG = PRESET.config();
    private static final List<ImagePatches> PICTURE = List.of(new ImagePatches(4, 2, () -> new byte[0]));
    private static final JudgeTokenizer TOKENIZER = new JudgeTokenizer(PRESET.tokenizerJson());

    @FuzzTest(maxDuration = "")
    void shouldReadATokenizer(final byte[] bytes) {
        try (JudgeTokenizer tokenizer = new JudgeTokenizer(bytes)) {
            encode(PRESET.promptEncoder(tokenizer), "Which <image> is it, A or B?");
            tokenizer.decode(new int[] {0, 1, 7, Integer.MAX_VALUE});
        } catch (final ModelException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @FuzzTest(maxDuration = "")
    void shouldEncodeWhateverAPromptSays(final byte[] bytes) {
        final String text = new String(bytes, StandardCharsets.UTF_8);
        try {
            encode(PRESET.promptEncoder(TOKENIZER), text);
        } catch (final ModelException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
        // as the completions that a model writes: UTF-16 with unpaired surrogates
        final int[] ids = TOKENIZER.encode(new String(bytes, StandardCharsets.UTF_16));
        assertThat(TOKENIZER.decode(ids)).isNotNull();
    }

    private static void encode(final PromptEncoder encoder, final String text) {
        final EncodedPrompt prompt = encoder.encode(null, text, PICTURE);
        for (final int id : prompt.ids()) {
            assertThat(id).isBetween(0, CONFIG.text().vocabSize() - 1);
        }
        assertThat(Arrays.stream(prompt.ids()).filter(id -> id == CONFIG.imageTokenId()))
                .hasSize(PICTURE.get(0).tokens());
    }
}

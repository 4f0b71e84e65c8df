package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Rubric;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

class FormatPromptTest {
    private static final String QUESTION = "<image>\nIs it $1 \\safe?\n";

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Answer briefly.                     ; <image>+Is it $1 \\safe?+Answer briefly.",
                "{{ content }} Answer briefly.       ; <image>+Is it $1 \\safe? Answer briefly.",
                "{{ content | trim }} Think. So:     ; <image>+Is it $1 \\safe? Think. So:",
                "So: {{- content|trim -}}            ; So: <image>+Is it $1 \\safe?",
                "Say {{ labels }}, {{labels}}.       ; <image>+Is it $1 \\safe?+Say good, fair or bad, good, fair or bad."
            })
    void shouldPutTheTextToTheQuestion(final String setting, final String prompt) {
        assertThat(FormatPrompt.of(setting).fill(QUESTION, Label.of("good", "fair", "bad")))
                .isEqualTo(prompt.replace('+', '\n'));
    }

    @Test
    void shouldNameTheWholeVerdictOfARubric() {
        final VerdictType rubric = new Rubric(List.of("sharp"), 1, 5, List.of("yes", "no"));
        assertThat(FormatPrompt.of("{{ labels }}").fill("?", rubric)).isEqualTo("?\n" + rubric.allowed());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{% if a %}b{% endif %}",
                "{{ content | upper }}",
                "{{ question }}",
                "see <image>",
                "{{ content }} or {{ content }}",
                "{# note #}"
            })
    void shouldRefuseWhatItCannotPutToAQuestion(final String setting) {
        assertThatThrownBy(() -> FormatPrompt.of(setting))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("wrong setting: data.format_prompt")
                .hasMessageContaining(setting);
    }

    @Test
    void shouldChangeThePromptsOfAllSplitsAndNothingElse() {
        final ExampleSource plain = settings(null).source();
        final ExampleSource formatted = settings("Answer only.").source();
        for (final Split split : Split.values()) {
            assertThat(formatted.tasks(split)).isEqualTo(plain.tasks(split));
            final JudgeExample before = plain.example("safety", split, 1);
            final JudgeExample after = formatted.example("safety", split, 1);
            assertThat(after.prompt()).isEqualTo(before.prompt() + "\nAnswer only.");
            assertThat(after.asked(null, before.prompt(), before.reading()))
                    .usingRecursiveComparison()
                    .isEqualTo(before);
        }
        assertThat(settings("Answer only.").drawnAs(settings(null))).isFalse();
        assertThat(formatted.tasks(Split.TEST)).contains("pair-alignment");
    }

    private static DataSettings settings(final String formatPrompt) {
        return new DataSettings(
                null,
                null,
                formatPrompt,
                VerdictReading.STRICT,
                Map.of(),
                null,
                List.of("label"),
                List.of("pair-alignment"),
                1,
                2,
                2,
                2,
                List.of(),
                List.of(),
                "uniform",
                1,
                Map.of());
    }
}

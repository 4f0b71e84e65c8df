package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class FormatPromptTest {
    private static final String QUESTION = "<image>\nIs it $1 \\safe?\n";

    @TempDir
    private Path folder;

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "Answer briefly.                     ; <image>+Is it $1 \\safe?+Answer briefly.",
                "{{ content }} Answer briefly.       ; <image>+Is it $1 \\safe? Answer briefly.",
                "{{ content | trim }} Think. So:     ; <image>+Is it $1 \\safe? Think. So:",
                "{{content}}/{{- content|trim -}}    ; <image>+Is it $1 \\safe?/<image>+Is it $1 \\safe?"
            })
    void shouldPutTheTextToTheQuestion(final String setting, final String prompt) {
        assertThat(FormatPrompt.of(setting).fill(QUESTION)).isEqualTo(prompt.replace('+', '\n'));
    }

    @Test
    void shouldReadATemplateOfEasyR1FromItsFile() throws IOException {
        final Path file = Files.writeString(
                folder.resolve("math.jinja"), "{{ content | trim }} Think in <think> </think>, then answer.\n");
        assertThat(FormatPrompt.of(file.toString()).fill("1 + 1?"))
                .isEqualTo("1 + 1? Think in <think> </think>, then answer.");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"{% if a %}b{% endif %}", "{{ content | upper }}", "{{ question }}", "see <image>", "absent.txt"
            })
    void shouldRefuseWhatItCannotPutToAQuestion(final String setting) {
        assertThatThrownBy(() -> FormatPrompt.of(setting))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("wrong setting: data.format_prompt")
                .hasMessageContaining(setting);
    }

    @Test
    void shouldRefuseAFileThatIsNoPrompt() throws IOException {
        final Path file = Files.writeString(folder.resolve("log.txt"), "a".repeat(70_000));
        assertThatThrownBy(() -> FormatPrompt.of(file.toString())).hasMessageContaining("larger than 65536 bytes");
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
            assertThat(after.withPrompt(before.prompt()))
                    .usingRecursiveComparison()
                    .isEqualTo(before);
        }
        assertThat(settings("Answer only.").drawnAs(settings(null))).isFalse();
        assertThat(formatted.tasks(Split.TEST)).containsAll(BuiltInTasks.heldOut());
    }

    private static DataSettings settings(final String formatPrompt) {
        return new DataSettings(null, formatPrompt, 1, 2, 2, 2, List.of(), "uniform", 1, Map.of());
    }
}

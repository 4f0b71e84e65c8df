package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.verdict.VerdictReading;

class InstructionsTest {
    private static final ExampleSource PLAIN = new BuiltInTasks(1, 2, 2, 2);
    private static final VerdictReading COMMON =
            new VerdictReading(List.of("think"), null, Map.of("ok", "yes"), "*", false);

    private static ExampleSource asked(final String perTask) throws IOException {
        final Map<String, JsonNode> tasks =
                Mappers.YAML.readerForMapOf(JsonNode.class).readValue(perTask);
        return new Instructions("You judge.", "Say {{ labels }}.", COMMON, tasks).put(PLAIN);
    }

    @Test
    void shouldAskEveryTaskAsItSaysAndTheOthersAsAllTasks() throws IOException {
        final ExampleSource asked =
                asked("{safety: {system_prompt: You are strict., verdict: {tags: [answer], strip: .}}}");
        final JudgeExample plain = PLAIN.example("safety", Split.TEST, 1);
        final JudgeExample own = asked.example("safety", Split.TEST, 1);
        assertThat(own.system()).isEqualTo("You are strict.");
        assertThat(own.prompt()).isEqualTo(plain.prompt().stripTrailing() + "\nSay yes or no.");
        assertThat(own.reading())
                .as("what the task does not say is as for all tasks")
                .isEqualTo(new VerdictReading(List.of("answer"), null, Map.of("ok", "yes"), ".", false));
        assertThat(own.answer()).isEqualTo(plain.answer());

        final JudgeExample other = asked.example("technical", Split.TRAIN, 0);
        assertThat(other.system()).isEqualTo("You judge.");
        assertThat(other.reading()).isEqualTo(COMMON);
        final JudgeExample none =
                asked("{safety: {system_prompt: null, format_prompt: null}}").example("safety", Split.TEST, 1);
        assertThat(none.system()).isNull();
        assertThat(none.prompt()).isEqualTo(plain.prompt());
        assertThat(asked.turns()).isEqualTo(PLAIN.turns());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "{safety: {sytem_prompt: a}}; sytem_prompt",
                "{safety: {verdict: {patern: a}}}; patern",
                "{safety: {verdict: {pattern: '('}}}; pattern",
                "{safety: {verdict: {tags: [answer, think]}}}; tags",
                "{safety: {format_prompt: '{{ x }}'}}; format_prompt",
                "{safety: 3}; safety",
                "{safty: {system_prompt: a}}; safty"
            })
    void shouldNameWhatIsWrong(final String perTask, final String named) {
        assertThatThrownBy(() -> asked(perTask))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("wrong setting: data.")
                .hasMessageContaining(named);
    }
}

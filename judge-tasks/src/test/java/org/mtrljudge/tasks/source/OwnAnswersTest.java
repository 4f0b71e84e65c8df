package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class OwnAnswersTest {
    private final ExampleSource all = new BuiltInTasks(1, 20, 2, 2);

    @TempDir
    private Path folder;

    private static String line(final String task, final int index, final String id) {
        return "{\"task\": \"" + task + "\", \"index\": " + index + ", \"id\": \"" + id
                + "\", \"demonstration\": \"<answer>no</answer>\"}\n";
    }

    private OwnAnswers read(final String content) throws IOException {
        return OwnAnswers.read(Files.writeString(folder.resolve("answers.jsonl"), content), all);
    }

    @Test
    void shouldHaveTheAnsweredExamplesInTrainingAndAllOthersElsewhere() throws IOException {
        final OwnAnswers answered = read(line("safety", 7, "safety-train-7") + line("safety", 3, "safety-train-3"));
        assertThat(answered.tasks(Split.TRAIN)).containsExactly("safety");
        assertThat(answered.size("safety", Split.TRAIN)).isEqualTo(2);
        assertThat(answered.example("safety", Split.TRAIN, 0))
                .usingRecursiveComparison()
                .isEqualTo(all.example("safety", Split.TRAIN, 7).withDemonstration("<answer>no</answer>"));
        assertThat(answered.example("safety", Split.TRAIN, 1).id()).isEqualTo("safety-train-3");
        assertThat(answered.tasks(Split.TEST)).isEqualTo(all.tasks(Split.TEST));
        assertThat(answered.size("technical", Split.VALIDATION)).isEqualTo(2);
        assertThat(answered.example("technical", Split.TEST, 1).id()).isEqualTo("technical-test-1");
    }

    @Test
    void shouldRefuseAnswersToOtherData() throws IOException {
        final OwnAnswers answered = read(line("safety", 7, "line-8"));
        assertThatThrownBy(() -> answered.example("safety", Split.TRAIN, 0))
                .isInstanceOf(DataException.class)
                .hasMessage(
                        "an answer is to line-8, but example 7 of task safety is safety-train-7: the answers belong to"
                                + " other data");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "''; has no answers",
                "not JSON; answers.jsonl:1 is not a line",
                "null; answers.jsonl:1 is empty",
                "{\"task\": \"safety\"}; answers.jsonl:1 is not a line",
                "{\"task\": \"stars\", \"index\": 0, \"id\": \"a\", \"demonstration\": \"b\"}; answers a, which is not in the",
                "{\"task\": \"safety\", \"index\": 20, \"id\": \"a\", \"demonstration\": \"b\"}; answers a, which is not in the"
            })
    void shouldSayWhatIsWrong(final String content, final String why) {
        assertThatThrownBy(() -> read(content))
                .isInstanceOf(DataException.class)
                .hasMessageContaining(why);
    }
}

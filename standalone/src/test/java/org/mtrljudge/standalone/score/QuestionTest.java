package org.mtrljudge.standalone.score;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Score;

class QuestionTest {
    @TempDir
    private Path folder;

    private List<Question> read(final String lines) throws IOException {
        final Path file = Files.writeString(folder.resolve("questions.jsonl"), lines);
        final List<Question> all = new ArrayList<>();
        Question.readAll(file, all::add);
        return all;
    }

    @Test
    void shouldReadQuestionsOfTheTasksAndOfTheUser() throws IOException {
        final List<Question> all = read("""
                {"id": "a", "task": "alignment", "text": "red box", "images": ["a.png"]}
                {"task": "mine", "prompt": "<image> Sound?", "images": ["b.png"], "labels": ["yes", "no"], "answer": "no"}
                {"task": "sharp", "prompt": "How sharp?", "images": [], "verdict": {"type": "score", "min": 1, "max": 5}}
                """);
        assertThat(all.get(0)).isEqualTo(new Question("a", "alignment", "red box", List.of(folder.resolve("a.png"))));
        assertThat(all.get(1).own()).isEqualTo(new Question.Own("<image> Sound?", Label.of("yes", "no")));
        assertThat(all.get(1).id()).isEqualTo("2");
        assertThat(all.get(2).own().type()).isInstanceOf(Score.class);
    }

    @Test
    void shouldSayWhatIsMissing() {
        assertThatThrownBy(() -> read("{\"task\": \"mine\", \"prompt\": \"Sound?\", \"images\": []}"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("questions.jsonl:1 has a prompt, and so needs 'labels' or 'verdict'");
        assertThatThrownBy(() -> read(
                        "{\"task\": \"mine\", \"prompt\": \"Sound?\", \"images\": [], \"verdict\": {\"type\": \"x\"}}"))
                .hasMessageContaining("questions.jsonl:1 has a wrong 'verdict'");
        assertThatThrownBy(() -> read("{\"images\": []}")).hasMessageContaining("needs a text under 'task'");
    }
}

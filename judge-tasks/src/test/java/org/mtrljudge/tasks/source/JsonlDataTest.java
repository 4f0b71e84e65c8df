package org.mtrljudge.tasks.source;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Score;

class JsonlDataTest {
    private static final String GOOD = """
            {"task":"t","split":"train","prompt":"<image> a?","images":["a.png"],"answer":"yes","demonstration":"d"}
            {"task":"t","split":"train","prompt":"b?","images":[],"answer":"no"}

            {"task":"t","split":"test","prompt":"<image><image>","images":["a.png","a.png"],"answer":"no"}
            """;

    @TempDir
    private Path folder;

    @BeforeEach
    void picture() throws IOException {
        Files.write(folder.resolve("a.png"), new byte[] {1, 2, 3});
    }

    private JsonlData read(final String text) throws IOException {
        final Path file = folder.resolve("data.jsonl");
        Files.writeString(file, text);
        return JsonlData.read(file);
    }

    @Test
    void shouldReadTasksSplitsImagesAndLabels() throws IOException {
        final JsonlData data = read(GOOD);
        assertThat(data.tasks(Split.TRAIN)).containsExactly("t");
        assertThat(data.size("t", Split.TRAIN)).isEqualTo(2);
        final JudgeExample example = data.example("t", Split.TRAIN, 0);
        assertThat(example.labels()).containsExactly("yes", "no");
        assertThat(example.demonstration()).isEqualTo("d");
        assertThat(example.images().get(0).path()).isEqualTo("a.png");
        assertThat(example.pictures().get(0)).containsExactly(1, 2, 3);
        assertThat(data.example("t", Split.TEST, 0).images()).hasSize(2);
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            {"task":"t"                                                                             | is not JSON
            [1]                                                                                     | is not a JSON object
            {"task":"t","images":[],"answer":"yes"}                                                 | no text under 'prompt'
            {"task":"t","prompt":"p","answer":"yes"}                                                | no list under 'images'
            {"task":"t","prompt":"p","images":["a.png"],"answer":"yes"}                             | has 0 <image> placeholders and 1 images
            {"task":"t","prompt":"<image>","images":["b.png"],"answer":"yes"}                       | names the image b.png, which is not there
            {"task":"t","prompt":"<image>","images":["../x.png"],"answer":"yes"}                    | which is outside the data root
            {"task":"t","prompt":"p","images":[],"answer":"maybe","labels":["yes","no"]}            | has the answer 'maybe', but a verdict of task t is one of [yes, no]
            {"task":"t","prompt":"p","images":[],"answer":"yes","split":"dev"}                      | has the split 'dev', but only train, validation and test are allowed
            {"task":"t","prompt":"p","images":[],"answer":"yes","labels":["yes","no","yes"]}        | has the labels [yes, no, yes], but each label may be named only once
            {"task":"t","prompt":"p","images":[],"answer":"yes","grade":1e999}                      | has a number under 'grade' that is too large
            """)
    void shouldNameFileLineAndFault(final String line, final String fault) {
        assertThatThrownBy(() -> read(GOOD + line))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.jsonl:5")
                .hasMessageContaining(fault);
    }

    @Test
    void shouldRefuseALineThatIsTooLong() {
        assertThatThrownBy(() -> read(GOOD + " ".repeat((1 << 20) + 1)))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.jsonl:5 is longer than 1048576 bytes");
    }

    @Test
    void shouldFindTheOtherOrderOfAPair() throws IOException {
        final String pair = """
                {"task":"t","prompt":"b or a?","images":[],"answer":"no","pair":"7"}
                {"task":"t","prompt":"alone","images":[],"answer":"no","pair":"8"}
                {"task":"u","prompt":"a or b?","images":[],"answer":"no","pair":"7"}
                {"task":"t","prompt":"a or b?","images":[],"answer":"no","pair":"7"}
                """;
        final JsonlData data = read(GOOD + pair);
        assertThat(data.otherOrders("t", Split.TRAIN, 0)).isEmpty();
        assertThat(data.otherOrders("t", Split.TRAIN, 2)).containsExactly(4);
        assertThat(data.otherOrders("t", Split.TRAIN, 4)).containsExactly(2);
        assertThat(data.otherOrders("t", Split.TRAIN, 3)).isEmpty();
        assertThat(data.otherOrders("u", Split.TRAIN, 0)).isEmpty();
        assertThat(data.example("t", Split.TRAIN, 4).pairId()).isEqualTo("7");
        final String again = pair.replace("\"8\"", "\"10\"");
        assertThat(read(GOOD + pair + again).otherOrders("t", Split.TRAIN, 4))
                .as("a question can be asked in more than two orders")
                .containsExactly(2, 5, 7);
        final String two =
                "{\"task\":\"t\",\"prompt\":\"p\",\"images\":[],\"answer\":\"no\",\"pair\":\"9\"}\n".repeat(2);
        assertThatThrownBy(() -> read(GOOD + pair + again + two))
                .hasMessageContaining("task t has pairs of")
                .hasMessageContaining("every question of a task has equally many orders");
        assertThatThrownBy(() -> read(GOOD + pair.repeat(5)))
                .hasMessageContaining("is one more than 8 lines of the pair '7' in task t");
    }

    @Test
    void shouldAskForATestSplit() {
        assertThatThrownBy(() -> read("{\"task\":\"t\",\"prompt\":\"p\",\"images\":[],\"answer\":\"yes\"}"))
                .hasMessageContaining("\"split\": \"test\"");
    }

    @Test
    void shouldReadVerdictsOfOtherTypes() throws IOException {
        final String score = "\"verdict\":{\"type\":\"score\",\"min\":1,\"max\":5,\"tolerance\":0.5}";
        final JsonlData data = read("""
                {"task":"s","prompt":"how sharp?","images":[],"answer":4.50,SCORE}
                {"task":"s","split":"test","prompt":"how sharp?","images":[],"answer":"3",SCORE}
                {"task":"r","split":"test","prompt":"?","images":[],"answer":"b>a","verdict":{"type":"rank","items":2}}
                """.replace("SCORE", score));
        assertThat(data.example("s", Split.TRAIN, 0).answer()).isEqualTo("4.5");
        assertThat(data.example("s", Split.TRAIN, 0).verdictType()).isEqualTo(new Score(1, 5, false, 0.5));
        assertThat(data.example("r", Split.TEST, 0).answer()).isEqualTo("B > A");
        assertThat(data.example("r", Split.TEST, 0).labels()).isEmpty();
    }

    @ParameterizedTest(name = "{1}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            "answer":"6","verdict":{"type":"score","min":1,"max":5}                    | has the answer '6', but a verdict of task t is a number from 1 to 5
            "answer":"6","verdict":{"type":"score","min":5,"max":1}                    | has a wrong 'verdict': max is 1.0
            "answer":"yes","labels":["yes"],"verdict":{"type":"pair","first":"1","second":"2"} | has 'labels' and 'verdict'
            "answer":"yes","verdict":"yes"                                             | has a wrong 'verdict'
            "answer":"yes; sure","verdict":{"type":"rubric","criteria":["a"],"min":0,"max":1,"labels":["yes; sure"]} | criteria and labels may not have
            """)
    void shouldNameTheLineWithAWrongTypeOfVerdict(final String rest, final String message) {
        assertThatThrownBy(() -> read("{\"task\":\"t\",\"prompt\":\"p\",\"images\":[]," + rest + "}"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.jsonl:1")
                .hasMessageContaining(message);
    }
}

package org.mtrljudge.tasks.published;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.source.JsonlData;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

class MllmAsAJudgeTest {
    private static final String SET = "mllm-as-a-judge";
    private static final String ASKED = "\"id\": 7, \"image_path\": \"p0.png\", \"instruction\": \"What is it?\", ";

    @TempDir
    private Path folder;

    private HandmadeData made;

    @BeforeEach
    void make() throws IOException {
        made = new HandmadeData(folder);
        made.pictures(1);
    }

    private static String batch(final String order, final String... answers) {
        final StringBuilder row = new StringBuilder("{" + ASKED + "\"answers\": [");
        for (int i = 0; i < answers.length; i++) {
            row.append(i == 0 ? "" : ", ")
                    .append("{\"name\": \"m\", \"answer\": \"")
                    .append(answers[i])
                    .append("\"}");
        }
        return row + "], \"human\": \"" + order + "\"}\n";
    }

    private static String pair(final String verdict) {
        return "{" + ASKED + "\"pair_id\": 1, \"answer1\": {\"name\": \"m\", \"answer\": \"a cat\"},"
                + " \"answer2\": {\"name\": \"n\", \"answer\": \"a <image> dog\"}, \"human\": \"" + verdict
                + "\"}\n";
    }

    private static String score(final String human) {
        return "{" + ASKED + "\"score_id\": 1, \"name\": \"m\", \"answer\": \" a cat\", \"human\": " + human + "}\n";
    }

    private static List<String> texts(final List<JsonNode> lines, final String key) {
        return lines.stream().map(line -> line.get(key).asText()).toList();
    }

    private void assertRefused(final String subset, final String row, final String message) throws IOException {
        final Path file = made.file("j.jsonl", row);
        assertThatThrownBy(() -> made.prepareTest(SET, file, subset))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("j.jsonl row 1 " + message);
    }

    /** The published file has scores as numbers and as texts. */
    @Test
    void shouldAskForTheScoreOfAnAnswer() throws IOException {
        made.prepareTest(SET, made.file("score.jsonl", score("3") + score("\"5\"")), "score");
        assertThat(texts(made.lines(), "answer")).containsExactlyInAnyOrder("3", "5");
        assertThat(made.lines()).hasSize(2).allSatisfy(line -> {
            assertThat(line.get("task").asText()).isEqualTo("mllm-score");
            assertThat(line.get("split").asText()).isEqualTo("test");
            assertThat(line.get("prompt").asText())
                    .isEqualTo("<image>\nQuestion: What is it?\nAnswer: a cat\n"
                            + "How good is the answer, from 1 (poor) to 5 (excellent)? Answer with a whole number.");
            assertThat(VerdictType.ofJson(line.get("verdict").toString())).isEqualTo(new Score(1, 5, true, 0));
            assertThat(line.has("labels")).isFalse();
        });
    }

    @Test
    void shouldAskPairsInBothOrdersAndKeepTies() throws IOException {
        for (final String verdict : List.of("A", "B", "C")) {
            made.prepareTest(SET, made.file("pair.jsonl", pair(verdict)), "pair", folder.resolve("out-" + verdict));
        }
        final List<JsonNode> better = made.lines(folder.resolve("out-A"));
        assertThat(texts(better, "answer")).containsExactly("1", "2");
        assertThat(texts(better, "prompt"))
                .containsExactly(
                        "<image>\nQuestion: What is it?\nAnswer 1: a cat\nAnswer 2: a  dog\n"
                                + "Which answer is better? Answer 1, 2 or tie.",
                        "<image>\nQuestion: What is it?\nAnswer 1: a  dog\nAnswer 2: a cat\n"
                                + "Which answer is better? Answer 1, 2 or tie.");
        assertThat(better.get(0).get("pair")).isEqualTo(better.get(1).get("pair"));
        assertThat(VerdictType.ofJson(better.get(0).get("verdict").toString())).isEqualTo(new Pair("1", "2", "tie"));
        assertThat(texts(made.lines(folder.resolve("out-B")), "answer")).containsExactly("2", "1");
        assertThat(texts(made.lines(folder.resolve("out-C")), "answer")).containsExactly("tie", "tie");
    }

    @Test
    void shouldAskForAnOrderOfAllAnswersInATaskPerNumberOfAnswers() throws IOException {
        final Path file = made.file("batch.jsonl", batch("CDAB", "w", "x", "y", "z") + batch("BCA", "w", "x", "y"));
        final Preparation.Result result =
                made.prepare(SET, Map.of(Split.TRAIN, file, Split.TEST, file), List.of(2, 0, 2), null, "batch");
        assertThat(result.examples().get(Split.TEST)).isEqualTo(Map.of("mllm-batch-3", 1, "mllm-batch-4", 1));
        final JsonlData data = JsonlData.read(folder.resolve("out/data.jsonl"));
        final JudgeExample four = data.example("mllm-batch-4", Split.TEST, 0);
        assertThat(four.answer()).isEqualTo("C > D > A > B");
        assertThat(four.verdictType()).isEqualTo(new Ranking(4, false));
        assertThat(four.prompt())
                .isEqualTo("<image>\nQuestion: What is it?\nA: w\nB: x\nC: y\nD: z\n"
                        + "Order all of these answers from the best to the worst. Answer with an order like B > A.");
        assertThat(data.example("mllm-batch-3", Split.TEST, 0).answer()).isEqualTo("B > C > A");
    }

    /** Some of the published orders lack an answer. */
    @Test
    void shouldLeaveOutAndCountOrdersThatAreNotComplete() throws IOException {
        final String rows = batch("CA", "w", "x", "y") + batch("CAB", "w", "x", "") + batch("AAB", "w", "x", "y");
        final Preparation.Result result = made.prepareTest(SET, made.file("batch.jsonl", rows), "batch");
        assertThat(result.leftOut()).isEqualTo(2);
        assertThat(made.lines()).singleElement().satisfies(line -> {
            assertThat(line.get("answer").asText()).isEqualTo("C > A > B");
            assertThat(line.get("prompt").asText())
                    .as("a model may have said nothing")
                    .contains("A: w\nB: x\nC: \n");
        });
    }

    @Test
    void shouldReadTheVerdictsOfEarlierFiles() throws IOException {
        made.prepareTest(SET, made.file("pair.jsonl", pair("B").replace("human", "human_answer")), "pair");
        made.prepareTest(
                SET, made.file("batch.jsonl", batch("BA", "w", "x").replace("human", "human_answer")), "batch");
        assertThat(texts(made.lines(), "answer")).containsExactly("2", "1", "B > A");
    }

    @Test
    void shouldNameTheRowAndWhatIsWrongInIt() throws IOException {
        assertRefused("", score("3"), "belongs to the subset '': use --subset with score, pair or batch");
        assertRefused("score", score("6"), "has '6' under 'human', but a whole number from 1 to 5 is needed");
        assertRefused("score", pair("A"), "has nothing under 'answer'; there are [");
        assertRefused("pair", pair("D"), "has 'D' under 'human', but one of [A, B, C] is needed");
        assertRefused("pair", score("3"), "has nothing under 'answer1'; there are [");
        assertRefused(
                "pair",
                pair("A").replace("{\"name\": \"m\", \"answer\": \"a cat\"}", "4"),
                "has no object under 'answer1'");
        assertRefused("batch", score("3"), "has nothing under 'answers'; there are [");
        assertRefused("batch", batch("A", "w"), "has 1 answers, which cannot be ranked: items");
        assertRefused(
                "batch",
                batch("CAD", "w", "x", "y"),
                "has 'CAD' under 'human', but an order of the 3 answers is needed, such as BA");
    }
}

package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** A model judges a split through the actors, and a user's pictures without a broker. */
class EvalIT {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path folder;

    @Test
    @Timeout(120)
    void shouldJudgeASplitWithTheFiguresOfItsLog() throws IOException {
        final int exitCode = Judge.execute(
                "eval",
                "--run=seen",
                "--runs=" + folder,
                "--set=data.test_size=6",
                "--tasks=safety,technical",
                "--samples=3",
                "--seed=7");
        assertThat(exitCode).isZero();
        final Path run = folder.resolve("seen");
        final JsonNode report = JSON.readTree(run.resolve("evaluation.json").toFile());
        assertThat(report.get("tasks")).hasSize(2);
        final List<String> lines = Files.readAllLines(run.resolve("judgements.jsonl"));
        assertThat(lines).hasSize(12);
        final List<RolloutGroup> logged;
        try (EmbeddedBroker broker = EmbeddedBroker.start(run.resolve("kafka"), 0)) {
            logged = LoggedValues.read(broker, new Topics("seen", new LocalSchemaRegistry()).rollouts());
        }
        final long first = new SplittableRandom(7).nextLong();
        assertThat(logged)
                .as("the same samples every time, in any order of the answers; others with another seed")
                .extracting(group -> group.getPrompt().getSampling().getSeed() - first)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 12).boxed().toList());
        assertThat(logged).hasSize(12).allMatch(group -> group.getCompletions().size() == 3);
        for (final JsonNode task : report.get("tasks")) {
            assertThat(task.get("prompts").asInt()).isEqualTo(6);
            assertThat(task.get("samples").asInt()).isEqualTo(18);
            assertThat(task.at("/scores/main/samples").asInt()).isEqualTo(6);
            assertThat(task.get("humans").isNull()).as("nobody graded scenes").isTrue();
        }
    }

    @Test
    @Timeout(60)
    void shouldScorePicturesOneByOneAndInABatch() throws IOException {
        assertThat(Judge.execute("data", "export", "--out=" + folder.resolve("data"), "--per-task=1"))
                .isZero();
        final String line = Files.readAllLines(folder.resolve("data/data.jsonl")).stream()
                .filter(l -> l.contains("\"task\":\"pair-alignment\""))
                .findFirst()
                .orElseThrow();
        final Path batch = Files.writeString(
                folder.resolve("data/batch.jsonl"),
                "{\"id\": \"q\", \"task\": \"pair-alignment\", \"text\": \"a red box\", \"images\": "
                        + JSON.readTree(line).get("images") + "}\n");
        final JsonNode answer = JSON.readTree(said("score", "--batch=" + batch, "--samples=4"));
        assertThat(answer.get("id").asText()).isEqualTo("q");
        assertThat(answer.get("samples").asInt()).isEqualTo(4);
        assertThat(answer.get("confidence").asDouble()).isBetween(0.0, 1.0);
        assertThat(answer.has("reasoning")).isTrue();
        final String picture = folder.resolve("data")
                .resolve(JSON.readTree(line).get("images").get(0).asText())
                .toString();
        assertThat(said("score", "--task=safety", "--image=" + picture))
                .contains("verdict", "confidence", "of 8 samples");
        assertThat(Judge.execute("score", "--task=safety"))
                .as("one picture is needed")
                .isEqualTo(2);
        assertThat(Judge.execute("score", "--task=nothing", "--image=" + picture))
                .isEqualTo(2);
    }

    private static String said(final String... arguments) {
        final PrintStream before = System.out;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
        try {
            assertThat(Judge.execute(arguments)).isZero();
        } finally {
            System.setOut(before);
        }
        return said.toString(StandardCharsets.UTF_8);
    }
}

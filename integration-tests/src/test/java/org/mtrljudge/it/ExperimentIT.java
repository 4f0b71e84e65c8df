package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;

/** Every method once, on one task. The experiment is killed and continued, and its numbers are computed again from the topics. */
class ExperimentIT {
    private static final double ROUNDING = 1e-9;
    private static final List<String> CELLS = List.of(
            "warm-up-1",
            "mt-rl-judge-1",
            "sft-unified-1",
            "rl-single-safety-1",
            "sft-single-safety-1",
            "sft-reasoned-1");
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private Path runs;

    private Path preset() throws IOException {
        final Path file = runs.resolve("tiny.yaml");
        Files.writeString(file, """
                seeds: [1]
                stands_for: {safety: UnsafeBench}
                settings:
                  data: {train_tasks: [safety], train_size: 20, validation_size: 4, test_size: 4, rollout_batch_size: 8}
                  actor: {global_batch_size: 8}
                  rollout: {n: 4}
                  trainer: {save_freq: 1, save_limit: 1}
                methods:
                  warm_up: {trainer: {total_steps: 0}, sft: {steps: 3}}
                  sft_single: {trainer: {total_steps: 0}, sft: {label_only: true, steps: 9, lr: 0, val_freq: 1, val_patience: 2}}
                  sft_reasoned: {trainer: {total_steps: 0}, sft: {steps: 2}}
                  sft_unified: {trainer: {total_steps: 0}, sft: {label_only: true, steps: 2}}
                  rl_single: {trainer: {total_steps: 2, val_freq: 1}, sft: {steps: 0}}
                  mt_rl_judge: {trainer: {total_steps: 30, val_freq: 10}, sft: {steps: 0}}
                overrides: []
                expected: null
                """);
        return file;
    }

    private Path experiment() {
        return runs.resolve("tiny");
    }

    private Path figures(final String cell) {
        return experiment().resolve(cell).resolve("figures.json");
    }

    private int judge(final String... more) {
        final List<String> arguments = new ArrayList<>(List.of("experiment", "--name=tiny", "--runs=" + runs));
        arguments.addAll(List.of(more));
        return Judge.execute(arguments.toArray(String[]::new));
    }

    @Test
    @Timeout(300)
    void shouldContinueAfterAKillAndComputeEveryNumberFromTheTopicsAgain() throws IOException, InterruptedException {
        killWhileTheSecondRunLearns();
        final FileTime first = Files.getLastModifiedTime(figures("warm-up-1"));
        assertThat(figures("mt-rl-judge-1")).doesNotExist();

        assertThat(judge()).as("the same command continues").isZero();
        assertThat(Files.getLastModifiedTime(figures("warm-up-1"))).isEqualTo(first);
        for (final String cell : CELLS) {
            assertThat(figures(cell)).exists();
            checkAgainstTheLearnersOwnCount(cell);
        }
        assertThat(JSON.readTree(figures("mt-rl-judge-1").toFile()).get("rlSteps"))
                .hasSize(30);
        assertThat(JSON.readTree(figures("mt-rl-judge-1").toFile()).get("tests").fieldNames())
                .as("the run of the warm-up tested the initial weights")
                .toIterable()
                .containsExactly("rl");
        assertThat(JSON.readTree(figures("sft-single-safety-1").toFile())
                        .get("sftSteps")
                        .asInt())
                .as("nothing is learned: the second and the third validation are no better than the first")
                .isEqualTo(3);
        checkReport();

        assertThat(judge("--recompute")).isZero();
        final Path report = experiment().resolve("report.json");
        final String honest = Files.readString(report);
        Files.writeString(report, honest.replaceFirst("\"value\" : [0-9.E-]+", "\"value\" : 0.999"));
        assertThat(judge("--recompute")).as("a number was changed").isEqualTo(1);
        assertThat(judge("--set=trainer.seed=4"))
                .as("it was started with other settings")
                .isEqualTo(2);
    }

    private void killWhileTheSecondRunLearns() throws IOException, InterruptedException {
        final Process process = JavaProcess.start(
                JavaProcess.of(
                        Judge.class,
                        List.of("-Xmx1g", "-Djava.awt.headless=true"),
                        "experiment",
                        "--preset=" + preset(),
                        "--name=tiny",
                        "--runs=" + runs),
                runs.resolve("first.log").toFile());
        try {
            final Path checkpoint =
                    experiment().resolve("mt-rl-judge-1").resolve("checkpoints").resolve("global_step_2");
            while (!Files.exists(checkpoint)) {
                assertThat(process.isAlive()).as("see first.log").isTrue();
                Thread.sleep(50);
            }
        } finally {
            JavaProcess.kill(process);
        }
    }

    /** Compares two counts: the learner counts the answers when they arrive; the report counts the answers in the log. */
    private void checkAgainstTheLearnersOwnCount(final String cell) throws IOException {
        final JsonNode summary =
                JSON.readTree(experiment().resolve(cell).resolve("summary.json").toFile());
        final JsonNode tests = JSON.readTree(figures(cell).toFile()).get("tests");
        assertThat(tests).isNotEmpty();
        tests.fieldNames()
                .forEachRemaining(stage -> tests.get(stage).fieldNames().forEachRemaining(task -> {
                    final double own =
                            summary.at("/tasks/" + task + "/score/" + stage).asDouble();
                    assertThat(100 * macroF1(tests.get(stage).get(task)))
                            .as(cell + stage + task)
                            .isCloseTo(own, within(ROUNDING));
                }));
    }

    /** A simple second implementation: computes the F1 of each label by counting. */
    private static double macroF1(final JsonNode tested) {
        double sum = 0;
        for (final JsonNode label : tested.get("labels")) {
            int right = 0;
            int said = 0;
            int there = 0;
            for (int i = 0; i < tested.get("references").size(); i++) {
                final boolean is = tested.get("references").get(i).equals(label);
                final boolean says = tested.get("verdicts").get(i).equals(label);
                right += is && says ? 1 : 0;
                said += says ? 1 : 0;
                there += is ? 1 : 0;
            }
            sum += right == 0 ? 0 : 2.0 * right / (said + there);
        }
        return sum / tested.get("labels").size();
    }

    private void checkReport() throws IOException {
        final JsonNode report =
                JSON.readTree(experiment().resolve("report.json").toFile());
        assertThat(report.get("cells").asInt()).isEqualTo(6);
        assertThat(report.get("results").findValuesAsText("method"))
                .containsExactly(
                        "off the shelf",
                        "after warm-up",
                        "SFT-Single",
                        "SFT-Unified",
                        "SFT on RL's answers",
                        "RL-Single",
                        "MT-RL-Judge");
        assertThat(report.get("heldOutTasks")).hasSize(7);
        assertThat(report.at("/curves/staleness~1mean")).isNotEmpty();
        assertThat(Files.readString(experiment().resolve("report.md")))
                .contains("another model on other data", "| MT-RL-Judge |", "85.22");
        assertThat(Files.readString(experiment().resolve("report.html"))).contains("data:image/png;base64,");
    }
}

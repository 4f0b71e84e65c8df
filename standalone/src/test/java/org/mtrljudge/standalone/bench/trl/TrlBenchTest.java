package org.mtrljudge.standalone.bench.trl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

class TrlBenchTest {
    private static final TrlPlan PLAN = new TrlPlan("DIR", 32, 8, 2, 56, 3, 2, 32);
    private static final String LINE =
            "{\"step\":1,\"seconds\":6.5,\"tokens\":5120,\"mean_length\":20.0,\"prompt_length\":38.5,\"reward\":0.25}";

    @TempDir
    private Path folder;

    private static JsonNode json(final String text) throws JsonProcessingException {
        return new ObjectMapper().readTree(text);
    }

    private static TrlStep step(final double seconds, final double tokens) {
        return new TrlStep(seconds, tokens, tokens / 256, 38.5, 0.5);
    }

    @Test
    void shouldReadAStepOfThePeer() throws JsonProcessingException {
        assertThat(TrlPeer.steps(List.of(json(LINE)), 1)).containsExactly(new TrlStep(6.5, 5120, 20, 38.5, 0.25));
    }

    @Test
    void shouldRefuseAPeerThatStoppedEarlyOrPrintsSomethingElse() throws JsonProcessingException {
        final List<JsonNode> one = List.of(json(LINE));
        assertThatThrownBy(() -> TrlPeer.steps(one, 2)).hasMessageContaining("1 steps, but 2 were requested");
        final List<JsonNode> other = List.of(json("{\"seconds\":\"6.5\"}"));
        assertThatThrownBy(() -> TrlPeer.steps(other, 1))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("no number under 'seconds'");
    }

    @Test
    void shouldSayInOneLineWhatToInstall() throws JsonProcessingException {
        final JsonNode found =
                json("{\"trl\":null,\"transformers\":\"5.24.0\",\"torch\":\"2.7.1\",\"torchvision\":\"0.22.1\","
                        + "\"accelerate\":\"1.15.0\",\"datasets\":null,\"pillow\":\"13.0.0\",\"jinja2\":\"3.1.6\"}");
        assertThatThrownBy(() -> TrlPeer.versions("python3", found))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(
                        "--python python3 lacks trl, datasets: install the tested versions with python3 -m pip install trl==1.16.0 transformers==5.24.0 torch==2.7.1 ")
                .hasMessageNotContaining("\n");
    }

    @Test
    void shouldNameTheVersionsThatRan() throws JsonProcessingException {
        final JsonNode found = json(
                "{\"trl\":\"1.16.0\",\"transformers\":\"5.24.0\",\"torch\":\"2.7.1\",\"torchvision\":\"0.22.1\","
                        + "\"accelerate\":\"1.15.0\",\"datasets\":\"5.2.0\",\"pillow\":\"13.0.0\",\"jinja2\":\"3.1.6\"}");
        assertThat(TrlPeer.versions("python3", found)).isEqualTo("TRL 1.16.0, transformers 5.24.0, torch 2.7.1");
    }

    @Test
    void shouldRefuseAProgramThatIsNotThere() {
        assertThatThrownBy(() -> new TrlPeer(folder.resolve("none").toString()).versions(folder))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("is not a Python program that runs");
    }

    @Test
    void shouldComputeTheMedianOfAnOddAndOfAnEvenNumberOfSteps() {
        assertThat(TrlReport.median(List.of(step(3, 1), step(9, 1), step(1, 1)), TrlStep::seconds))
                .isEqualTo(3);
        assertThat(TrlReport.median(List.of(step(4, 1), step(9, 1), step(1, 1), step(2, 1)), TrlStep::seconds))
                .isEqualTo(3);
    }

    @Test
    void shouldReportMediansSpreadAndRatios() {
        final TrlReport report = new TrlReport(
                PLAN,
                "TRL 1.16.0, transformers 5.24.0, torch 2.7.1",
                List.of(step(1.0, 5120), step(1.5, 5120), step(1.2, 5120)),
                List.of(step(6.0, 2560), step(5.0, 2560), step(7.0, 2560)));
        // medians: 6 s and 1.2 s; 6 s / 2560 tokens and 1.2 s / 5120 tokens
        assertThat(report.ratio()).isCloseTo(5, within(1e-9));
        assertThat(report.ratioPerToken()).isCloseTo(10, within(1e-9));
        assertThat(report.text())
                .startsWith("32 prompts x 8 completions per step, at most 56 tokens per completion, 2 updates,")
                .contains(
                        "TRL 1.16.0, transformers 5.24.0, torch 2.7.1, 32 completions per forward pass; medians of 3 steps after 2 unmeasured ones")
                .containsPattern("ours, through Kafka +1\\.20 +1\\.00 to 1\\.50 +5120 +20\\.0 +38\\.5 +0\\.500\n")
                .containsPattern("TRL +6\\.00 +5\\.00 to 7\\.00 +2560 +10\\.0 +38\\.5 +0\\.500\n")
                .contains("TRL takes 5.0 times as long per step, 10.0 times per completion token")
                .contains("a policy up to 1 version older");
    }

    @Test
    void shouldRefuseWorkThatCannotBeSplitEvenly() {
        assertThatThrownBy(() -> new TrlPlan(null, 32, 8, 3, 56, 3, 2, 32))
                .isInstanceOf(UsageException.class)
                .hasMessage("--prompts 32 cannot be split evenly among --updates 3 updates");
        assertThatThrownBy(() -> new TrlPlan(null, 32, 8, 2, 56, 3, 2, 48))
                .hasMessage("an update learns from 128 completions, which is not a multiple of --rows 48");
        assertThatThrownBy(() -> new TrlPlan(null, 32, 1, 2, 56, 3, 2, 32)).hasMessageContaining("2 or more");
        assertThatThrownBy(() -> new TrlPlan(null, 32, 8, 2, 56, 0, 2, 32)).hasMessageContaining("--steps is 0");
    }

    @Test
    void shouldAskForSettingsThatOurRunAccepts() {
        final RunSettings settings = RunSettings.read(null, PLAN.runSettings("DIR"));
        // 2 unmeasured, 3 measured, 1 without generation
        assertThat(settings.learner().trainer().totalSteps()).isEqualTo(6);
        assertThat(settings.learner().data().rolloutBatchSize()).isEqualTo(32);
        assertThat(settings.learner().actor().globalBatchSize()).isEqualTo(16);
        assertThat(settings.learner().algorithm().onlineFiltering()).isFalse();
        assertThat(RunSettings.read(null, PLAN.warmUpSettings())
                        .learner()
                        .trainer()
                        .totalSteps())
                .isZero();
    }

    @Test
    void shouldCountOnlyTheStepsOfRl() {
        final StepClock clock = new StepClock();
        clock.phaseStarted("rl", 2);
        clock.progressed("warmup", 1, Map.of());
        clock.progressed(
                "rl",
                1,
                Map.of(
                        "perf/total_num_tokens", 5120.0,
                        "response_length/mean", 20.0,
                        "prompt_length/mean", 38.5,
                        "reward/overall", 0.25));
        assertThat(clock.steps()).hasSize(1);
        assertThat(clock.steps().get(0).seconds()).isBetween(0.0, 10.0);
        assertThat(clock.steps().get(0).tokens()).isEqualTo(5120);
        assertThat(clock.steps().get(0).reward()).isEqualTo(0.25);
    }

    @Test
    void shouldWriteTheFirstPromptsInTheOrderInWhichTheyWereAsked() throws IOException {
        final AskedPrompts asked = new AskedPrompts(new BuiltInTasks(1, 4, 0, 1));
        asked.example("safety", Split.TRAIN, 2);
        asked.example("alignment", Split.TRAIN, 1);
        asked.example("technical", Split.TRAIN, 0);
        final Path file = folder.resolve("prompts.jsonl");

        asked.write(file, 2);

        final List<String> lines = Files.readAllLines(file);
        assertThat(lines).hasSize(2);
        final JsonNode first = json(lines.get(0));
        assertThat(first.get("prompt").asText()).contains("<image>");
        // examples with an even number have the answer yes
        assertThat(first.get("answer").asText()).isEqualTo("yes");
        assertThat(first.get("labels")).hasSize(2);
        assertThat(first.get("images").get(0).asText()).isEqualTo("0-0.png");
        assertThat(json(lines.get(1)).get("answer").asText()).isEqualTo("no");
        assertThat(folder.resolve("0-0.png")).isNotEmptyFile();
        assertThat(folder.resolve("1-0.png")).isNotEmptyFile();
        assertThat(asked.tasks(Split.TEST)).isEmpty();
        assertThatThrownBy(() -> asked.write(file, 4)).hasMessageContaining("asked 3 prompts, the benchmark needs 4");
    }
}

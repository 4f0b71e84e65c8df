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
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** Guarantee 5: the audit names what made a version, and finds later changes. A run can also begin with a step of another run. */
@Timeout(240)
class AuditIT {
    private static final int STEPS = 6;
    // Bytes before the end of the weights topic: this place is in the last chunks of the newest version.
    private static final int NEAR_THE_END = 20_000;

    @TempDir
    private static Path runs;

    @BeforeAll
    static void train() {
        assertThat(judge(
                                "train",
                                "--run=parent",
                                // There are more prompts than the credit allows at one time.
                                "--set=data.test_size=3",
                                "--set=trainer.val_freq=0",
                                "--set=trainer.save_freq=4",
                                "--set=data.rollout_batch_size=6",
                                "--set=actor.global_batch_size=3",
                                "--set=rollout.n=4",
                                "--set=broker.partitions=3",
                                "--set=sft.steps=20",
                                "--set=sft.batch_size=12",
                                "--set=algorithm.online_filtering=false",
                                "--set=algorithm.kl_coef=0.01",
                                "--set=trainer.total_steps=" + STEPS)
                        .exitCode)
                .isZero();
    }

    private record Said(int exitCode, String text) {}

    /** Runs a command and returns its exit code and its output. */
    private static Said judge(final String... arguments) {
        final List<String> all = new ArrayList<>(List.of(arguments));
        all.add("--runs=" + runs);
        final PrintStream out = System.out;
        final PrintStream err = System.err;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream kept = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(kept);
            System.setErr(kept);
            return new Said(Judge.execute(all.toArray(String[]::new)), said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
            System.setErr(err);
            out.println(said.toString(StandardCharsets.UTF_8));
        }
    }

    /** Copies the parent run into another folder of runs. The run keeps its name, because its topics' names contain it. */
    private static Path copy(final String into) throws IOException {
        final Path from = runs.resolve("parent");
        final Path to = Files.createDirectories(runs.resolve(into)).resolve("parent");
        try (Stream<Path> files = Files.walk(from)) {
            for (final Path file : files.toList()) {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
            }
        }
        return to;
    }

    private static Said audit(final Path copy, final String... options) {
        final List<String> all = new ArrayList<>(List.of("audit", "--run=parent", "--runs=" + copy.getParent()));
        all.addAll(List.of(options));
        return judgeAt(all);
    }

    private static Said judgeAt(final List<String> arguments) {
        final PrintStream out = System.out;
        final ByteArrayOutputStream said = new ByteArrayOutputStream();
        try (PrintStream kept = new PrintStream(said, true, StandardCharsets.UTF_8)) {
            System.setOut(kept);
            return new Said(Judge.execute(arguments.toArray(String[]::new)), said.toString(StandardCharsets.UTF_8));
        } finally {
            System.setOut(out);
        }
    }

    private static List<TrainingStep> journal(final String run) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(runs.resolve(run).resolve("kafka"), 0)) {
            return LoggedValues.read(broker, new Topics(run, new LocalSchemaRegistry()).journal());
        }
    }

    @Test
    void shouldShowTheOriginOfAVersionAndLearnItAgain() {
        final TrainingStep fifth = journal("parent").get(1 + 5);
        final Said said = judge("audit", "--run=parent", "--version=" + fifth.getPolicyVersion(), "--recompute");
        assertThat(said.exitCode).isZero();
        assertThat(said.text)
                .contains("rl step 5, weights " + fifth.getWeightDigest())
                .contains("rewards of 6 groups: accuracy-format version 1")
                .contains(
                        "36 learned groups with their rollouts, weights of 4 versions: everything is as it was written")
                .contains("steps 5 to 5 learned again: weights " + fifth.getWeightDigest());
        fifth.getLearned().forEach(group -> assertThat(said.text).contains(group.getPromptId()));
    }

    @ParameterizedTest
    @CsvSource({
        "parent.rollouts, train-, then answer, then ANSWER, parent.rollouts at offset",
        // The records are compressed, and later occurrences of the words are references to this first one.
        "parent.scored, train-, train-, traiN-, is not what step",
        "parent.journal, rl, timing_s/wait, timing_s/WAIT, is not the entry that its manifest was written with",
        "parent.journal, rl, timing_s/wait, timing_s/WAIT, names a previous entry that is not the one before it"
    })
    void shouldFindChangedRecords(
            final String topic, final String after, final String words, final String by, final String finding)
            throws IOException {
        final Path copy = copy("tampered-" + topic + finding.hashCode());
        LogTampering.replace(copy.resolve("kafka"), topic, after, words, by);
        final Said said = audit(copy);
        assertThat(said.exitCode).as(said.text).isEqualTo(1);
        assertThat(said.text).contains(finding);
    }

    @Test
    void shouldNotCallAStepDamagedThatWasMadeWithOtherMicroBatches() throws IOException {
        final Path copy = copy("other-rounding");
        final Path settings = copy.resolve("settings.yaml");
        final String before = Files.readString(settings);
        Files.writeString(
                settings, before.replace("max_tokens_per_micro_batch: 16384", "max_tokens_per_micro_batch: 64"));
        final Said said = audit(copy, "--recompute");
        assertThat(said.exitCode).as(said.text).isZero();
        assertThat(said.text)
                .contains("while the journal has "
                        + journal("parent").get(1 + STEPS).getWeightDigest())
                .contains("step 6 is not comparable: step 6 was made with device=cpu")
                .contains("actor.max_tokens_per_micro_batch=16384")
                .contains("is repeated with device=cpu")
                .contains("actor.max_tokens_per_micro_batch=64");
    }

    @Test
    void shouldFindChangedWeights() throws IOException {
        final Path copy = copy("tampered-chunk");
        LogTampering.flip(copy.resolve("kafka"), "parent.weights", NEAR_THE_END);
        assertThat(audit(copy).text).contains("weights of version 7 are unusable: chunk");

        final String digest = journal("parent").get(3).getWeightDigest();
        final Path another = copy("tampered-manifest");
        LogTampering.replace(another.resolve("kafka"), "parent.policies", digest, digest, "0000" + digest.substring(4));
        assertThat(audit(another).text).contains("version 3 and its manifest name different weights");
    }

    @Test
    void shouldBeginARunWithAStepOfAnother() throws IOException {
        final Path rewards = Files.writeString(runs.resolve("format.yaml"), """
                name: format-only
                version: 1
                defaults:
                  verifier: label
                  weights: {format: 1.0}
                """);
        final Said said = judge("train", "--fork=parent", "--at-step=3", "--run=child", "--rewards=" + rewards);
        assertThat(said.exitCode).as(said.text).isZero();
        final List<TrainingStep> parent = journal("parent");
        final List<TrainingStep> child = journal("child");
        assertThat(child.get(0).getPhase()).isEqualTo("forked");
        assertThat(child.get(0).getWeightDigest()).isEqualTo(parent.get(1 + 3).getWeightDigest());
        assertThat(child).extracting(TrainingStep::getStep).containsExactly(0, 4, 5, 6);
        assertThat(exampleIds(child))
                .as("examples that were not learned before")
                .doesNotContainAnyElementsOf(exampleIds(parent.subList(0, 1 + 3 + 1)));
        try (EmbeddedBroker broker = EmbeddedBroker.start(runs.resolve("child").resolve("kafka"), 0)) {
            assertThat(LoggedValues.read(broker, new Topics("child", new LocalSchemaRegistry()).scored()))
                    .filteredOn(group -> group.getRollout().getPrompt().getPurpose() == Purpose.TRAIN)
                    .hasSize(3 * 6)
                    .extracting(ScoredGroup::getRewardSet)
                    .containsOnly("format-only");
        }
        final JsonNode summary =
                new ObjectMapper().readTree(runs.resolve("child/summary.json").toFile());
        assertThat(summary.at("/groups/learned").asInt()).isEqualTo(3 * 6);
        assertThat(judge("audit", "--run=child", "--recompute").exitCode).isZero();
    }

    private static List<String> exampleIds(final List<TrainingStep> steps) {
        return steps.stream()
                .flatMap(step -> step.getLearned().stream())
                .map(LearnedOffset::getPromptId)
                .map(id -> id.replaceFirst("train-\\d+-", ""))
                .toList();
    }

    @Test
    void shouldContinueAFinishedRunWithoutRepeatingAnything() throws IOException {
        final Path copy = copy("resumed");
        final long prompts = prompts(copy);
        assertThat(judgeAt(List.of("train", "--resume=parent", "--runs=" + copy.getParent())).exitCode)
                .isZero();
        assertThat(prompts(copy)).isEqualTo(prompts);
    }

    private static long prompts(final Path run) {
        try (EmbeddedBroker broker = EmbeddedBroker.start(run.resolve("kafka"), 0)) {
            final List<PromptRequest> all =
                    LoggedValues.read(broker, new Topics("parent", new LocalSchemaRegistry()).prompts());
            return all.size();
        }
    }

    @Test
    void shouldNameTheErrorOfAForkOrAResume() {
        assertThat(judge("train", "--fork=parent", "--at-step=99", "--run=none").text)
                .contains("leaves nothing to learn");
        assertThat(judge("train", "--fork=parent", "--at-step=1", "--set=data.seed=9", "--run=none").text)
                .contains("a fork continues with the examples of its parent");
        assertThat(judge("train", "--resume=parent", "--seed=3").text)
                .contains("uses the settings and the name of the run");
        assertThat(judge("train", "--resume=nobody").exitCode).isEqualTo(2);
        assertThat(judge("audit", "--run=parent", "--version=77").text).contains("not 77");
        assertThat(runs.resolve("none")).doesNotExist();
    }
}

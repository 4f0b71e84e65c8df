package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.tasks.builtin.BuiltInTasks;

/** The whole loop at a small size: trains a few steps through an embedded broker, then counts the records in every topic. */
class TrainingLoopIT {
    private static final int STEPS = 4;
    private static final int BATCH = 6;
    private static final int TEST_PROMPTS = 8 * 3;
    private static final int VALIDATION_PROMPTS = (6 + 1) * 2;
    private static final double SAME_MATH = 1e-4;

    @TempDir
    private static Path runs;

    private static JsonNode summary;
    private static final Topics TOPICS = new Topics("loop", new LocalSchemaRegistry());

    @BeforeAll
    static void train() throws IOException {
        final int exitCode = Judge.execute(
                "train",
                "--run=loop",
                "--runs=" + runs,
                "--seed=1",
                "--set=data.test_size=3",
                "--set=data.validation_size=2",
                "--set=data.watch_tasks=[pair-safety]",
                "--set=trainer.val_freq=3",
                "--set=data.rollout_batch_size=" + BATCH,
                "--set=actor.global_batch_size=" + BATCH,
                "--set=rollout.n=4",
                "--set=rollout.max_prompts=3",
                "--set=sft.steps=120",
                "--set=sft.batch_size=16",
                "--set=sft.lr=0.0015",
                "--set=trainer.total_steps=" + STEPS);
        assertThat(exitCode).isZero();
        summary = new ObjectMapper()
                .readTree(runs.resolve("loop").resolve("summary.json").toFile());
    }

    @Test
    void shouldAccountForEveryPrompt() {
        final JsonNode groups = summary.get("groups");
        final int published = groups.get("published").asInt();
        assertThat(published).isEqualTo(groups.get("scored").asInt());
        assertThat(published)
                .isEqualTo(groups.get("learned").asInt()
                        + groups.get("stale").asInt()
                        + groups.get("dead").asInt());
        assertThat(groups.get("learned").asInt()).isEqualTo(STEPS * BATCH);
        assertThat(summary.get("steps").asInt()).isEqualTo(STEPS);
    }

    @Test
    void shouldHoldTheSameCountsAtBothEndsOfEveryTopic() {
        try (EmbeddedBroker broker = EmbeddedBroker.start(runs.resolve("loop").resolve("kafka"), 0)) {
            assertThat(Judge.execute("inspect", "--run=loop", "--runs=" + runs))
                    .as("while another process uses the log")
                    .isZero();
            final List<PromptRequest> prompts = LoggedValues.read(broker, TOPICS.prompts());
            final List<RolloutGroup> rollouts = LoggedValues.read(broker, TOPICS.rollouts());
            final List<ScoredGroup> scored = LoggedValues.read(broker, TOPICS.scored());
            final int published = summary.get("groups").get("published").asInt();

            // Tests run at the start, after warm-up and after RL; validations before RL, after step 3 and at the end.
            assertThat(prompts).hasSize(published + 3 * TEST_PROMPTS + 3 * VALIDATION_PROMPTS);
            assertThat(rollouts).hasSameSizeAs(prompts);
            assertThat(scored).hasSameSizeAs(prompts);
            assertThat(LoggedValues.read(broker, TOPICS.deadLetters())).isEmpty();
            final Set<String> ids = new HashSet<>();
            scored.forEach(s -> ids.add(s.getRollout().getPrompt().getPromptId()));
            assertThat(ids).hasSize(prompts.size());
            for (final RolloutGroup group : rollouts) {
                assertThat(group.getCompletions()).hasSize(group.getPrompt().getGroupSize());
                assertThat(group.getPolicyVersion())
                        .isGreaterThanOrEqualTo(group.getPrompt().getMinPolicyVersion());
            }
            checkJournal(
                    LoggedValues.read(broker, TOPICS.journal()), LoggedValues.read(broker, TOPICS.policies()), scored);
        }
    }

    @Test
    void shouldWatchATaskThatChoosesNoCheckpoint() throws IOException {
        int validations = 0;
        for (final String line : Files.readAllLines(runs.resolve("loop").resolve("metrics.jsonl"))) {
            final JsonNode metrics = new ObjectMapper().readTree(line);
            if (metrics.has("val/mean_score")) {
                assertThat(metrics.has("val/pair-safety/macro_f1")).isTrue();
                final double mean = BuiltInTasks.trained().stream()
                        .mapToDouble(
                                task -> metrics.get("val/" + task + "/macro_f1").asDouble())
                        .average()
                        .orElse(0);
                assertThat(metrics.get("val/mean_score").asDouble()).isCloseTo(mean, within(1e-9));
                validations++;
            }
        }
        assertThat(validations).isEqualTo(3);
    }

    /** The journal has entries for init and warm-up, then one entry per step. Each entry names its learned groups and its weights. */
    private static void checkJournal(
            final List<TrainingStep> journal, final List<PolicyManifest> policies, final List<ScoredGroup> scored) {
        final boolean lastIsBest = summary.get("best_step").asInt() == STEPS;
        assertThat(journal)
                .extracting(TrainingStep::getPhase)
                .startsWith("init", "warmup", "rl", "rl", "rl", "rl")
                .hasSize(2 + STEPS + (lastIsBest ? 0 : 1));
        assertThat(policies)
                .extracting(PolicyManifest::getVersion)
                .containsExactlyElementsOf(
                        IntStream.range(0, journal.size()).boxed().toList());
        final TrainingStep tested = journal.get(journal.size() - 1);
        final int bestStep = summary.get("best_step").asInt();
        assertThat(tested.getWeightDigest())
                .as("the tested weights are those of step %d", bestStep)
                .isEqualTo(journal.get(1 + bestStep).getWeightDigest());
        final Set<String> learned = new HashSet<>();
        final Set<String> digests = new HashSet<>();
        for (int i = 0; i < journal.size(); i++) {
            assertThat(journal.get(i).getWeightDigest())
                    .isEqualTo(policies.get(i).getSha256());
            digests.add(journal.get(i).getWeightDigest());
            for (final LearnedOffset offset : journal.get(i).getLearned()) {
                assertThat(learned.add(offset.getPromptId())).isTrue();
                assertThat(journal.get(i).getPolicyVersion() - 1 - offset.getPolicyVersion())
                        .isBetween(0, 1);
            }
        }
        assertThat(learned).hasSize(STEPS * BATCH);
        assertThat(digests).hasSizeGreaterThan(2);
        final long train = scored.stream()
                .filter(s -> s.getRollout().getPrompt().getPurpose() == Purpose.TRAIN)
                .filter(s -> learned.contains(s.getRollout().getPrompt().getPromptId()))
                .count();
        assertThat(train).isEqualTo(STEPS * BATCH);
    }

    @Test
    void shouldComputeTheSameLogProbabilitiesInActorAndLearner() throws IOException {
        final List<String> lines = Files.readAllLines(runs.resolve("loop").resolve("metrics.jsonl"));
        int checked = 0;
        for (final String line : lines) {
            final JsonNode metrics = new ObjectMapper().readTree(line);
            if (metrics.has("training/rollout_logprobs_diff_mean")) {
                assertThat(metrics.get("training/rollout_logprobs_diff_mean").asDouble())
                        .isLessThan(SAME_MATH);
                assertThat(metrics.get("staleness/max").asDouble()).isLessThanOrEqualTo(1);
                checked++;
            }
        }
        assertThat(checked).isEqualTo(STEPS);
    }

    @Test
    void shouldLeaveCheckpointsSummaryAndCurves() {
        final Path run = runs.resolve("loop");
        assertThat(run.resolve("checkpoints/rl/model.safetensors")).isRegularFile();
        assertThat(run.resolve("checkpoints/warmup/tokenizer.json")).isRegularFile();
        assertThat(run.resolve("settings.yaml")).isRegularFile();
        assertThat(run.resolve("reward.png")).isNotEmptyFile();
        assertThat(run.resolve("validation.png")).isNotEmptyFile();
        for (final String stage : List.of("base", "warmup", "rl")) {
            assertThat(summary.at("/mean_score/" + stage).isNumber()).isTrue();
            assertThat(summary.at("/tasks/pair-safety/score/" + stage).isNumber())
                    .isTrue();
        }
        assertThat(summary.get("peak_rss_bytes").asLong()).isPositive();
        assertThat(Judge.execute("inspect", "--run=loop", "--runs=" + runs)).isZero();
    }

    @Test
    void shouldScoreItsLogAgainAndTrainOnTheNewScores() throws IOException {
        final Path rewards = runs.resolve("rewards.yaml");
        Files.writeString(rewards, "{name: form, version: 2, defaults: {format_weight: 0.9}}");
        final String[] replay = {"replay", "--run=loop", "--runs=" + runs, "--rewards=" + rewards, "--as=form"};
        assertThat(Judge.execute(replay)).isZero();
        final Path folder = runs.resolve("loop/replays/form");
        final JsonNode report =
                new ObjectMapper().readTree(folder.resolve("report.json").toFile());
        assertThat(report.get("reward_set").asText()).isEqualTo("form");
        assertThat(report.at("/tasks/alignment/groups").asInt()).isPositive();
        assertThat(report.get("most_changed")).isNotEmpty();
        assertThat(Files.readString(folder.resolve("report.html"))).contains("form: reward set form version 2", "<img");
        assertThat(folder.resolve("streams")).doesNotExist();
        // The replay is refused, because a finished replay has this name.
        assertThat(Judge.execute(replay)).isEqualTo(2);
        assertThat(Judge.execute("replay", "--run=loop", "--runs=" + runs, "--rewards=" + rewards, "--dry-run"))
                .isZero();

        assertThat(Judge.execute(
                        "train",
                        "--from-scored=loop.scored.form",
                        "--run=offline",
                        "--runs=" + runs,
                        "--set=trainer.total_steps=2"))
                .isZero();
        final Topics offline = new Topics("offline", new LocalSchemaRegistry());
        try (EmbeddedBroker broker =
                EmbeddedBroker.start(runs.resolve("offline").resolve("kafka"), 0)) {
            final List<TrainingStep> steps = LoggedValues.read(broker, offline.journal()).stream()
                    .filter(step -> !step.getLearned().isEmpty())
                    .toList();
            assertThat(steps).hasSize(2).allSatisfy(step -> {
                assertThat(step.getScoredTopic()).isEqualTo("loop.scored.form");
                assertThat(step.getLearned())
                        .hasSize(BATCH)
                        .allMatch(o -> o.getPromptId().startsWith("train-"));
            });
            assertThat(LoggedValues.read(broker, offline.rollouts()))
                    .allMatch(group -> group.getPrompt().getPurpose() == Purpose.EVAL);
        }
        assertThat(Judge.execute("train", "--from-scored=loop.scored.absent", "--runs=" + runs))
                .isEqualTo(2);
    }

    @Test
    void shouldRefuseARunThatAlreadyExists() {
        assertThat(Judge.execute("train", "--run=loop", "--runs=" + runs)).isEqualTo(2);
    }
}

package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.replay.ReplayPlan;
import org.mtrljudge.standalone.replay.RunReplay;
import org.mtrljudge.standalone.rollouts.DumpReading;
import org.mtrljudge.standalone.rollouts.RolloutExport;
import org.mtrljudge.standalone.rollouts.RolloutImport;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.DataException;

/** Files of rollouts become a run that a replay scores. */
class RolloutImportIT {
    private static final DumpReading READING = new DumpReading("math", null, Set.of(), AdvantageEstimator.DR_GRPO);

    @TempDir
    private Path folder;

    private Path runs;

    @BeforeEach
    void nameFolder() {
        runs = folder.resolve("runs");
    }

    private RolloutImport.Outcome imported(final Path dump, final String run) {
        return new RolloutImport(dump, folder, READING).into(runs, run, RunSettings.read(null, List.of()));
    }

    private record Log(List<RolloutGroup> rollouts, List<ScoredGroup> scored) {}

    private Log log(final String run) {
        final Topics topics = new Topics(run, new LocalSchemaRegistry());
        try (EmbeddedBroker broker =
                EmbeddedBroker.startOrJoin(runs.resolve(run).resolve("kafka"))) {
            final var clients = broker.clients(topics);
            try (var rollouts = clients.scan(topics.rollouts());
                    var scored = clients.scan(topics.scored())) {
                return new Log(
                        rollouts.rest().stream().map(entry -> entry.value()).toList(),
                        scored.rest().stream().map(entry -> entry.value()).toList());
            }
        }
    }

    private Path verl(final String name, final int step, final String... scores) throws IOException {
        final Path file = Files.createDirectories(folder.resolve("dump")).resolve(name);
        final StringBuilder lines = new StringBuilder();
        for (final String score : scores) {
            lines.append("{\"input\": \"q\", \"output\": \"<answer>4</answer>\", \"gts\": 4, \"step\": ")
                    .append(step)
                    .append(", \"score\": ")
                    .append(score)
                    .append("}\n");
        }
        return Files.writeString(file, lines);
    }

    @Test
    void shouldMakeTheRunThatWasExported() throws Exception {
        final Topics topics = new Topics("first", new LocalSchemaRegistry());
        final ScoredGroup group = new ScoredGroup(
                RolloutGroups.group("p1", "a", 4, RolloutGroups.RIGHT, RolloutGroups.WRONG),
                "set",
                7,
                List.of(
                        new CompletionScore(Map.of("accuracy", 1.0), 0.1 + 0.2, 0.5, "yes", null, List.of("fine")),
                        new CompletionScore(Map.of("accuracy", 0.0), 0.0, -0.5, "no", null, null)),
                false,
                0.0,
                0L,
                0);
        final Path file = folder.resolve("first.parquet");
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
                producer.send(topics.scored().message("p1", group));
            }
            new RolloutExport(null, Set.of(), true).write(broker.clients(topics), topics.scored(), file);
        }
        assertThat(imported(file, "second")).isEqualTo(new RolloutImport.Outcome(1, 1));
        final Log log = log("second");
        // what a file does not have: how long it took, and for how many tokens the prompt had room
        group.getRollout().put("generateMs", 0.0);
        group.getRollout().put("promptTokens", null);
        group.getRollout().getPrompt().getSampling().put("maxNewTokens", 2);
        group.getRollout().getPrompt().getSampling().put("seed", 0L);
        assertThat(log.rollouts).containsExactly(group.getRollout());
        assertThat(log.scored).containsExactly(group);
    }

    @Test
    void shouldReplayADumpOfVerl() throws Exception {
        verl("10.jsonl", 10, "1.0", "0.0");
        verl("2.jsonl", 2, "0.0", "null");
        assertThat(imported(folder.resolve("dump"), "verl")).isEqualTo(new RolloutImport.Outcome(2, 1));
        final Log log = log("verl");
        assertThat(log.rollouts)
                .extracting(RolloutGroup::getPolicyVersion)
                .as("steps are numbers")
                .containsExactly(2, 10);
        assertThat(log.scored).singleElement().satisfies(scored -> {
            assertThat(scored.getRollout()).isEqualTo(log.rollouts.get(1));
            assertThat(scored.getRolloutOffset()).isEqualTo(1);
            assertThat(scored.getScores()).extracting(CompletionScore::getTotal).containsExactly(1.0, 0.0);
        });
        assertThat(Judge.execute(
                        "replay", "--run=verl", "--runs=" + runs, "--as=strict", "--set=reward.format_weight=0.5"))
                .isZero();
        final var report = Mappers.JSON.readTree(
                runs.resolve("verl/replays/strict/report.json").toFile());
        assertThat(report.at("/tasks/math/groups").asInt()).isEqualTo(1);
        assertThat(report.at("/tasks/math/groups_not_scored_before").asInt()).isEqualTo(1);
        // right, but without thoughts: half of the reward
        assertThat(report.at("/tasks/math/mean_reward_after").asDouble()).isEqualTo(0.5);
        assertThat(Judge.execute("train", "--resume=verl", "--runs=" + runs))
                .as("it was never trained")
                .isEqualTo(2);
    }

    @Test
    void shouldSayThatARunKeepsTheNameOfItsTopics() throws Exception {
        imported(verl("1.jsonl", 1, "1.0"), "named");
        Files.move(runs.resolve("named"), runs.resolve("renamed"));
        assertThatThrownBy(() -> new RunReplay(
                                RunDirectory.open(runs, "renamed"),
                                RunSettings.read(null, List.of()),
                                ReplayPlan.of(RunSettings.read(null, List.of()), null, null, List.of(), false),
                                null)
                        .run(() -> false, new TrainingListener() {}))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("there is no topic renamed.rollouts, only [")
                .hasMessageContaining("named.rollouts");
    }

    @Test
    void shouldTouchNothingOutsideTheRunsForAnyName() throws Exception {
        final Path dump = verl("1.jsonl", 1, "1.0");
        imported(dump, "first");
        final Path victim = Files.writeString(
                Files.createDirectories(folder.resolve("victim")).resolve("file"), "kept");
        for (final String name : List.of("../first", "../../victim", "..", ".")) {
            assertThatThrownBy(() -> imported(dump, name)).isInstanceOf(UsageException.class);
        }
        assertThat(victim).hasContent("kept");
        assertThat(log("first").rollouts).hasSize(1);
    }

    @Test
    void shouldCountAGroupOfWhichAScoreIsMissingInItsFileAlone() throws Exception {
        Files.writeString(
                Files.createDirectories(folder.resolve("trl")).resolve("1.jsonl"),
                "{\"prompt\": \"q\", \"completion\": \"a\", \"step\": 1, \"right\": 1, \"long\": 0.5}\n");
        Files.writeString(
                folder.resolve("trl/2.jsonl"),
                "{\"prompt\": \"q\", \"completion\": \"a\", \"step\": 2, \"right\": null, \"long\": 0.5}\n");
        assertThat(imported(folder.resolve("trl"), "trl")).isEqualTo(new RolloutImport.Outcome(2, 1));
        assertThat(log("trl").scored)
                .singleElement()
                .satisfies(scored ->
                        assertThat(scored.getScores().get(0).getTotal()).isEqualTo(1.5));
        final DumpReading misspelt = new DumpReading("t", null, Set.of("rihgt"), AdvantageEstimator.GRPO);
        assertThatThrownBy(() -> new RolloutImport(folder.resolve("trl"), folder, misspelt)
                        .into(runs, "other", RunSettings.read(null, List.of())))
                .isInstanceOf(DataException.class)
                .hasMessage("--rewards names [rihgt], but the columns with numbers are [long, right]");
        assertThatThrownBy(() -> imported(folder.resolve("nothing"), "other"))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("there is no file or folder");
    }

    @Test
    void shouldHoldFewGroupsOfAnySizeAndNameOneThatIsTooLarge() throws Exception {
        final String text = "w".repeat(200_000);
        final StringBuilder row = new StringBuilder();
        for (int i = 0; i < 40; i++) {
            row.append(i == 0 ? "" : ",").append('"').append(text).append('"');
        }
        final String large =
                "{\"prompt_id\": \"ID\", \"task\": \"a\", \"purpose\": \"train\", \"prompt\": [{\"role\": \"user\","
                        + " \"content\": \"q\"}], \"ground_truth\": \"x\", \"labels\": [\"x\"], \"completions\": ["
                        + row
                        + "], \"finish_reasons\": " + Mappers.JSON.writeValueAsString(Collections.nCopies(40, "stop"))
                        + "}\n";
        final Path file = folder.resolve("large.jsonl");
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int i = 0; i < 20; i++) {
                lines.write(large.replace("ID", "p" + i));
            }
        }
        assertThat(imported(file, "large")).isEqualTo(new RolloutImport.Outcome(20, 0));
        final String twice =
                large.replace(row, row + "," + row).replace("[\"stop\"", "[" + "\"stop\",".repeat(40) + "\"stop\"");
        Files.writeString(file, twice);
        assertThatThrownBy(() -> imported(file, "larger"))
                .isInstanceOf(DataException.class)
                .hasMessageStartingWith("the prompt ID cannot be imported: its group has 16");
    }

    @Test
    void shouldLeaveNothingOfADumpThatIsWrong() throws Exception {
        verl("1.jsonl", 1, "1.0");
        Files.writeString(folder.resolve("dump/2.jsonl"), "{\"input\": \"q\", \"outputs\": 3}\n");
        assertThatThrownBy(() -> imported(folder.resolve("dump"), "wrong"))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("2.jsonl row 1 has the columns [input, outputs]");
        assertThat(runs.resolve("wrong")).doesNotExist();
        // twice the same steps
        Files.delete(folder.resolve("dump/2.jsonl"));
        Files.copy(folder.resolve("dump/1.jsonl"), folder.resolve("dump/validation.jsonl"));
        assertThatThrownBy(() -> imported(folder.resolve("dump"), "wrong"))
                .hasMessageContaining("the prompt step-1-1 is there twice");
        assertThat(runs.resolve("wrong")).doesNotExist();
        assertThat(imported(folder.resolve("dump/1.jsonl"), "wrong").groups()).isEqualTo(1);
        assertThatThrownBy(() -> imported(folder.resolve("dump/1.jsonl"), "wrong"))
                .isInstanceOf(UsageException.class)
                .hasMessageEndingWith("already exists: choose another name with --run");
    }
}

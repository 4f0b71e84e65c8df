package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.RewardRun.PATIENCE;
import static org.mtrljudge.it.RolloutGroups.group;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Rewards that need other groups: scores that are compared with the groups before, and rankings that are asked in three orders. The
 * service is killed and loses its folder again and again. Its changelogs give it back what it remembered.
 */
@Timeout(300)
class RewardMemoryIT {
    private static final int GROUPS = 900;
    private static final int KILLS = 3;
    private static final VerdictType GRADE = new Score(1, 5, true, 0);
    private static final VerdictType RANKING = new Ranking(3, true);

    @TempDir
    private Path folder;

    private RewardRun run;
    private Path rewards;

    @BeforeEach
    void start() throws IOException {
        run = new RewardRun(folder);
        rewards = Files.writeString(
                folder.resolve("rewards.yaml"),
                "{name: memory, version: 1, tasks: {"
                        + "grade: {components: {comparative: {window: 16}}, weights: {comparative: 1.0}},"
                        + "rank: {components: {position_consistency: {orders: 3}}, weights: {position_consistency: 1.0}}}}");
    }

    @AfterEach
    void stop() {
        run.close();
    }

    /** Two of three groups are rankings. The three orders of a question are far from each other. */
    private static RolloutGroup rollouts(final int number) {
        if (number % 3 == 0) {
            final RolloutGroup grades = typed(
                    number, "grade", GRADE, "3", String.valueOf(1 + number % 5), String.valueOf(5 - number / 3 % 4));
            grades.getPrompt().put("reference", String.valueOf(1 + number / 3 % 5));
            return grades;
        }
        final int ranking = number - number / 3 - 1;
        final int questions = GROUPS * 2 / 3 / 3;
        final RolloutGroup order = typed(
                number,
                "rank",
                RANKING,
                "B > A > C",
                ranking % 7 == 0 ? "A > B > C" : "B > A > C",
                ranking % 5 == 0 ? "C > B > A" : "B > A > C");
        order.getPrompt().put("pairId", "question-" + ranking % questions);
        return order;
    }

    private static RolloutGroup typed(
            final int number, final String task, final VerdictType type, final String right, final String... given) {
        final String[] texts = new String[given.length];
        for (int i = 0; i < given.length; i++) {
            texts[i] = "<think>seen</think><answer>" + given[i] + "</answer>";
        }
        final RolloutGroup group = group("p" + number, task, 0, texts);
        group.getPrompt().put("reference", right);
        group.getPrompt().put("labels", List.of());
        group.getPrompt().put("verdictType", type.toJson());
        return group;
    }

    /** The rewards by prompt. Every prompt is there once. */
    private Map<String, List<Double>> rewards(final Topic<ScoredGroup> topic) {
        final Map<String, List<Double>> rewardsById = new TreeMap<>();
        try (var consumer = run.reader(topic.name())) {
            final long end = consumer.endOffsets(consumer.assignment())
                    .values()
                    .iterator()
                    .next();
            while (consumer.position(consumer.assignment().iterator().next()) < end) {
                consumer.poll(Duration.ofMillis(200)).forEach(record -> {
                    final ScoredGroup group = topic.valueSerde().decode(record.value());
                    assertThat(rewardsById.put(
                                    group.getRollout().getPrompt().getPromptId(),
                                    group.getScores().stream()
                                            .map(score -> score.getTotal())
                                            .toList()))
                            .isNull();
                });
            }
        }
        return rewardsById;
    }

    private void delete(final Path state) throws IOException {
        try (var files = Files.walk(state)) {
            for (final Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    @Test
    void shouldRememberOtherGroupsThroughKillsAsAReplayFindsThem() throws Exception {
        int kills = 0;
        Process service = RewardProcess.start(run.topics().run(), run.address(), run.state(), rewards);
        try (Producer<String, byte[]> producer = run.producer()) {
            for (int i = 0; i < GROUPS; i++) {
                producer.send(run.topics().rollouts().message("p" + i, rollouts(i)));
                if (i > (kills + 1) * GROUPS / (KILLS + 2) && kills < KILLS) {
                    producer.flush();
                    // a third of the groups are grades, which wait for nothing: with so many, this service has scored
                    // one itself
                    awaitScored(kills * GROUPS / (KILLS + 2) / 3 + 2);
                    service.destroyForcibly().waitFor();
                    delete(run.state());
                    kills++;
                    service = RewardProcess.start(run.topics().run(), run.address(), run.state(), rewards);
                }
            }
            producer.flush();
            awaitScored(GROUPS);
        } finally {
            service.destroyForcibly().waitFor();
        }
        assertThat(kills).isEqualTo(KILLS);

        final Map<String, List<Double>> live = rewards(run.topics().scored());
        assertThat(live).hasSize(GROUPS);
        assertThat(replayed()).isEqualTo(live);
        assertThat(live.get("p0")).as("nothing to compare with").containsExactly(0.0, 0.0);
        assertThat(live.get("p897")).as("sixteen groups to compare with").allMatch(value -> value > 0 && value < 1);
        assertThat(live.values()).as("rankings").contains(List.of(1.0, 1.0), List.of(0.0, 1.0), List.of(0.0, 0.0));
    }

    private void awaitScored(final int groups) throws InterruptedException {
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        while (rewards(run.topics().scored()).size() < groups) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(200);
        }
    }

    private Map<String, List<Double>> replayed() {
        final RewardSettings settings = new RewardSettings(
                new RewardSetReader(new Verifiers(null, 1000)).read(rewards), AdvantageEstimator.GRPO, false, 60_000);
        run.create(List.of(run.topics().scored("again"), run.topics().deadLetters("again")));
        final Replay replay = new Replay(run.clients(), "again", settings, RolloutFilter.ALL, folder.resolve("again"));
        assertThat(replay.run(replay.endOffsets(), () -> false, offset -> {})).isTrue();
        return rewards(run.topics().scored("again"));
    }
}

package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.mtrljudge.it.RolloutGroups.BARE;
import static org.mtrljudge.it.RolloutGroups.RIGHT;
import static org.mtrljudge.it.RolloutGroups.WRONG;
import static org.mtrljudge.it.RolloutGroups.group;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.replay.Comparison;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.replay.TaskComparison;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;

/** A log is scored again: its new scores, their comparison with the earlier scores, and a replay that is stopped. */
@Timeout(300)
class ReplayIT {
    private static final int GROUPS = 1500;
    private static final double EXACT = 1e-9;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("replayed", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, 3);
    private TestBroker broker;

    /** Scores groups of the tasks "a" and "b" in turn, policy versions 0 to 9, and one poisoned record, with α = 0.1. */
    @BeforeEach
    void runOnce() throws InterruptedException {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            producer.send(new ProducerRecord<>(topics.rollouts().name(), "poison", new byte[] {7}));
            for (int i = 0; i < GROUPS; i++) {
                final String task = i % 2 == 0 ? "a" : "b";
                producer.send(topics.rollouts().message("p" + i, group("p" + i, task, i % 10, RIGHT, WRONG, BARE)));
            }
        }
        try (RewardService service = new RewardService(
                broker.clients(topics),
                settings(RewardSet.accuracyAndFormat(0.1)),
                new RewardService.Instance("reward-0", folder.resolve("live")),
                new SimpleMeterRegistry(),
                why -> {},
                Clock.systemUTC())) {
            service.start();
            while (LoggedValues.read(broker, topics.scored()).size() < GROUPS) {
                Thread.sleep(200);
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private static RewardSettings settings(final RewardSet set) {
        return new RewardSettings(set, AdvantageEstimator.GRPO, false, 500);
    }

    private Replay replay(final String name, final RewardSet set, final RolloutFilter filter) {
        broker.create(List.of(topics.scored(name), topics.deadLetters(name)));
        return new Replay(broker.clients(topics), name, settings(set), filter, folder.resolve(name));
    }

    /** The rewards change: RIGHT 1 → 1, WRONG 0.1 → 0.7, BARE 0.9 → 0.3. WRONG and BARE change places. */
    private static void checkTurned(final TaskComparison task, final int groups) {
        assertThat(task.groups()).isEqualTo(groups);
        assertThat(task.newGroups()).isZero();
        assertThat(task.completions()).isEqualTo(3L * groups);
        assertThat(task.changed()).isEqualTo(2L * groups);
        assertThat(task.flipped()).isEqualTo(2L * groups);
        assertThat(task.meanBefore()).isCloseTo(2.0 / 3, within(EXACT));
        assertThat(task.meanAfter()).isCloseTo(2.0 / 3, within(EXACT));
        // ranks 3 1 2 and 3 2 1: rank correlation (1 · 1 + −1 · 0 + 0 · −1) / 2
        assertThat(task.rewards().rankCorrelation()).isCloseTo(0.5, within(EXACT));
        assertThat(task.rewards().changes()).containsOnlyKeys(-0.6, 0.0, 0.6);
    }

    @Test
    void shouldCompareWithoutWritingAnything() {
        final Set<String> before = broker.topics();
        final Replay replay = new Replay(
                broker.clients(topics),
                "dry",
                settings(RewardSet.accuracyAndFormat(0.7)),
                RolloutFilter.ALL,
                folder.resolve("dry"));
        final Replay.Outcome outcome =
                replay.dryRun(replay.endOffsets(), () -> false, offset -> {}).orElseThrow();
        checkTurned(outcome.comparison().tasks().get("a"), GROUPS / 2);
        checkTurned(outcome.comparison().tasks().get("b"), GROUPS / 2);
        assertThat(outcome.unscored().count()).isEqualTo(1);
        assertThat(broker.topics()).isEqualTo(before);
        final List<Comparison.Changed> most = outcome.comparison().mostChanged();
        assertThat(most).hasSize(10).allSatisfy(changed -> {
            assertThat(changed.place()).isEqualTo(1);
            assertThat(changed.before().getTotal()).isCloseTo(0.1, within(EXACT));
            assertThat(changed.after().getTotal()).isCloseTo(0.7, within(EXACT));
        });
        assertThat(most).extracting(Comparison.Changed::promptId).doesNotHaveDuplicates();
        assertThat(replay.rollouts(List.of(most.get(0).rollouts()))
                        .get(most.get(0).rollouts())
                        .getPrompt()
                        .getPromptId())
                .isEqualTo(most.get(0).promptId());
    }

    @Test
    void shouldScoreOnlyTheChosenRollouts() {
        final Replay replay = replay(
                "chosen",
                RewardSet.accuracyAndFormat(0.7),
                // The groups of task b have odd versions, so these are versions 5 and 7.
                new RolloutFilter(0, 4, 7, Set.of("b")));
        assertThat(replay.run(replay.endOffsets(), () -> false, offset -> {})).isTrue();
        final List<ScoredGroup> scored = LoggedValues.read(broker, topics.scored("chosen"));
        assertThat(scored).hasSize(GROUPS / 5).allSatisfy(group -> {
            assertThat(group.getRollout().getPrompt().getTask()).isEqualTo("b");
            assertThat(group.getRollout().getPolicyVersion()).isIn(5, 7);
        });
        final Replay.Outcome outcome = replay.compare();
        assertThat(outcome.comparison().tasks()).containsOnlyKeys("b");
        checkTurned(outcome.comparison().tasks().get("b"), GROUPS / 5);
        assertThat(outcome.unscored().count()).isEqualTo(1);
        assertThat(replay.run(replay.endOffsets(), () -> false, offset -> {}))
                .as("killed before its report")
                .isTrue();
        assertThat(LoggedValues.read(broker, topics.scored("chosen"))).hasSize(GROUPS / 5);
        replay.deleteProgress();
        assertThat(broker.topics()).noneMatch(topic -> topic.contains("changelog") && topic.contains("chosen"));
    }

    @Test
    void shouldContinueWhereItWasStoppedAndKeepItsFirstEnd() throws IOException {
        final Path rewards = folder.resolve("slow.yaml");
        Files.writeString(rewards, "{name: slow, version: 3, defaults: {verifier: slow, weights: {accuracy: 1}}}");
        final RewardSet slow = new RewardSetReader(new Verifiers(BadVerifiers.jar(folder.resolve("plugins")), 5000))
                // This reward set takes about 5 s for all groups.
                .read(rewards);
        final Replay first = replay("slow", slow, RolloutFilter.ALL);
        final List<Long> end = first.endOffsets();
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            producer.send(topics.rollouts().message("late", group("late", "a", 0, RIGHT, WRONG, BARE)));
        }
        final AtomicLong reached = new AtomicLong();
        assertThat(first.run(end, () -> reached.get() > 0, reached::set)).isFalse();
        final long stoppedAt = LoggedValues.read(broker, topics.scored("slow")).size();
        assertThat(stoppedAt).isBetween(1L, GROUPS - 1L);
        assertThat(replay("slow", slow, RolloutFilter.ALL).run(end, () -> false, offset -> {}))
                .isTrue();

        final List<ScoredGroup> scored = LoggedValues.read(broker, topics.scored("slow"));
        assertThat(scored).hasSize(GROUPS);
        final Set<String> ids = new HashSet<>();
        final Map<Integer, List<Long>> offsets = new TreeMap<>();
        scored.forEach(group -> {
            ids.add(group.getRollout().getPrompt().getPromptId());
            offsets.computeIfAbsent(group.getRolloutPartition(), partition -> new ArrayList<>())
                    .add(group.getRolloutOffset());
            assertThat(group.getRewardSet()).isEqualTo("slow");
            assertThat(group.getRewardSetVersion()).isEqualTo(3);
        });
        assertThat(ids).hasSize(GROUPS).doesNotContain("late");
        assertThat(offsets)
                .containsOnlyKeys(0, 1, 2)
                .allSatisfy((partition, all) -> assertThat(all).isSorted());
        assertThat(LoggedValues.read(broker, topics.deadLetters("slow"))).hasSize(1);
    }

    @Test
    void shouldScoreTheSameBytesAsTheRunExceptForTheTime() {
        final Replay replay = replay("again", RewardSet.accuracyAndFormat(0.1), RolloutFilter.ALL);
        assertThat(replay.run(replay.endOffsets(), () -> false, offset -> {})).isTrue();
        final List<ScoredGroup> before = inOrderOfRollouts(topics.scored());
        final List<ScoredGroup> after = inOrderOfRollouts(topics.scored("again"));
        assertThat(after).hasSameSizeAs(before);
        for (int i = 0; i < after.size(); i++) {
            before.get(i).put("scoreMs", 0.0);
            after.get(i).put("scoreMs", 0.0);
            assertThat(topics.scored().message("", after.get(i)).value())
                    .isEqualTo(topics.scored().message("", before.get(i)).value());
        }
    }

    /** The partitions have other offsets than those of another topic, because each transaction ends with a record of its own. */
    private List<ScoredGroup> inOrderOfRollouts(final Topic<ScoredGroup> scored) {
        return LoggedValues.read(broker, scored).stream()
                .sorted(Comparator.comparing(
                        group -> new LogOffset(group.getRolloutPartition(), group.getRolloutOffset())))
                .toList();
    }
}

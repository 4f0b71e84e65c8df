package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.RolloutGroups.RIGHT;
import static org.mtrljudge.it.RolloutGroups.WRONG;
import static org.mtrljudge.it.RolloutGroups.group;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.GroupListing;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** A replay touches nothing of another replay, whatever their names are. */
@Timeout(120)
class ReplaysSideBySideIT {
    private static final int GROUPS = 50;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("side", new LocalSchemaRegistry());
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            for (int i = 0; i < GROUPS; i++) {
                producer.send(topics.rollouts().message("p" + i, group("p" + i, "good", 0, RIGHT, WRONG)));
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private Replay replay(final String name) {
        return new Replay(
                broker.clients(topics),
                name,
                new RewardSettings(RewardSet.accuracyAndFormat(0.5), AdvantageEstimator.GRPO, false, 1000),
                RolloutFilter.ALL,
                folder.resolve(name));
    }

    @Test
    void shouldDeleteOnlyItsOwnState() {
        for (final String name : List.of("strict", "strict-2")) {
            broker.create(List.of(topics.scored(name), topics.deadLetters(name)));
            assertThat(replay(name).run(List.of((long) GROUPS), () -> false, offset -> {}))
                    .isTrue();
        }
        final Set<String> before = broker.topics();
        assertThat(before)
                .contains("side.replay.strict-scored-ids-changelog", "side.replay.strict-2-scored-ids-changelog");
        replay("strict").deleteProgress();
        assertThat(broker.topics())
                .hasSameElementsAs(before.stream()
                        .filter(topic -> !topic.matches("side\\.replay\\.strict-[a-z-]+-changelog"))
                        .toList())
                .contains("side.replay.strict-2-scored-ids-changelog");
        // a second call finds nothing to delete
        replay("strict").deleteProgress();
    }

    @Test
    void shouldReportTheWholeLogInADryRunThatFollowsAKilledOne() throws Exception {
        // a killed dry run of an earlier build left its offsets under a fixed id
        try (Admin admin = broker.clients(topics).admin()) {
            admin.alterConsumerGroupOffsets(
                            "side.replay.dry.dry",
                            Map.of(new TopicPartition(topics.rollouts().name(), 0), new OffsetAndMetadata(GROUPS - 1)))
                    .all()
                    .get(30, TimeUnit.SECONDS);
            final Replay.Outcome outcome = replay("dry")
                    .dryRun(List.of((long) GROUPS), () -> false, offset -> {})
                    .orElseThrow();
            assertThat(outcome.comparison().tasks().get("good").newGroups()).isEqualTo(GROUPS);
            assertThat(admin.listGroups().all().get(30, TimeUnit.SECONDS))
                    .extracting(GroupListing::groupId)
                    .containsOnly("side.replay.dry.dry");
        }
    }

    @Test
    void shouldStartADryRunThoughAnotherOneRuns() throws Exception {
        final AtomicBoolean second = new AtomicBoolean();
        final Replay.Outcome[] outcome = new Replay.Outcome[1];
        replay("dry").dryRun(List.of(Long.MAX_VALUE - 1), second::get, offset -> {
            if (offset == 0 || second.get()) {
                return;
            }
            outcome[0] = new Replay(
                            broker.clients(topics),
                            "dry",
                            new RewardSettings(RewardSet.accuracyAndFormat(0.5), AdvantageEstimator.GRPO, false, 1000),
                            RolloutFilter.ALL,
                            folder.resolve("other"))
                    .dryRun(List.of((long) GROUPS), () -> false, ignored -> {})
                    .orElseThrow();
            second.set(true);
        });
        assertThat(outcome[0].comparison().tasks().get("good").newGroups()).isEqualTo(GROUPS);
    }

    @Test
    void shouldReplayAnEmptyLog() {
        final Topics empty = new Topics("empty", new LocalSchemaRegistry());
        broker.prepare(empty);
        final Replay replay = new Replay(
                broker.clients(empty),
                "dry",
                new RewardSettings(RewardSet.accuracyAndFormat(0.5), AdvantageEstimator.GRPO, false, 1000),
                RolloutFilter.ALL,
                folder.resolve("empty"));
        assertThat(replay.dryRun(List.of(0L), () -> false, offset -> {})
                        .orElseThrow()
                        .comparison()
                        .tasks())
                .isEmpty();
    }
}

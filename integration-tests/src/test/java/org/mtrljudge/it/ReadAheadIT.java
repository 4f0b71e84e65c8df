package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.Combination;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/** Slow graders work on several groups at the same time. What is written is the same, in the same order, as by one after the other. */
class ReadAheadIT {
    private static final int GROUPS = 120;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private TestBroker broker;

    /** A grader that waits, and counts how many groups it grades at the same time. */
    private record Slow(int groupsAhead, AtomicInteger now, AtomicInteger most, AtomicInteger calls) implements Grader {
        static Slow ahead(final int groups) {
            return new Slow(groups, new AtomicInteger(), new AtomicInteger(), new AtomicInteger());
        }

        @Override
        public Terms terms() {
            return new Terms("slow", Set.of("score"), 10_000, 0, groupsAhead, 0, false);
        }

        @Override
        public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            calls.incrementAndGet();
            try {
                Thread.sleep(20);
            } catch (final InterruptedException e) {
                throw new IllegalStateException(e);
            } finally {
                now.decrementAndGet();
            }
            return completions.stream()
                    .<Grade>map(completion -> new Grade.Given(new Verification(
                            Map.of("score", (double) (prompt.getPromptId() + completion.text()).hashCode() % 1000),
                            null,
                            null)))
                    .toList();
        }
    }

    @BeforeEach
    void start() throws InterruptedException {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            for (int i = 0; i < GROUPS; i++) {
                final var group = RolloutGroups.group("p" + i, i % 3 == 0 ? "a" : "b", 1, "one", "two", "three");
                producer.send(topics.rollouts().message("p" + i, group));
                if (i % 10 == 0) {
                    producer.send(new ProducerRecord<>(topics.rollouts().name(), "poison", new byte[] {7}));
                    // a prompt that two actors answered
                    producer.send(topics.rollouts().message("p" + i, group));
                }
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private Replay replay(final String name, final Slow grader) {
        final TaskReward reward = new TaskReward(
                grader, Map.of(), 1, null, new Combination.Weighted(Map.of("score", 1.0), Set.of("score")));
        broker.create(List.of(topics.scored(name), topics.deadLetters(name)));
        return new Replay(
                broker.clients(topics),
                name,
                new RewardSettings(
                        new RewardSet("slow", 1, Map.of(), reward), AdvantageEstimator.DR_GRPO, true, 1000, 3),
                RolloutFilter.ALL,
                folder.resolve(name));
    }

    /** Without the time that scoring took. */
    private List<ScoredGroup> scored(final String name) {
        final List<ScoredGroup> groups = LoggedValues.read(broker, topics.scored(name));
        groups.forEach(group -> group.put("scoreMs", 0.0));
        return groups;
    }

    @Test
    void shouldWriteTheSameInTheSameOrderWhateverIsReadAhead() {
        final Slow alone = Slow.ahead(0);
        final Replay first = replay("alone", alone);
        assertThat(first.run(first.endOffsets(), () -> false, offset -> {})).isTrue();
        assertThat(alone.most).hasValue(1);
        assertThat(scored("alone")).hasSize(GROUPS);

        final Slow several = Slow.ahead(6);
        final Replay second = replay("several", several);
        assertThat(second.run(second.endOffsets(), () -> false, offset -> {})).isTrue();
        // six, one that is ready, and the one whose turn it is
        assertThat(several.most.get()).isBetween(3, 8);
        assertThat(scored("several")).isEqualTo(scored("alone"));
        assertThat(LoggedValues.read(broker, topics.deadLetters("several")))
                .isEqualTo(LoggedValues.read(broker, topics.deadLetters("alone")))
                .hasSize(GROUPS / 10);
    }

    @Test
    void shouldLoseAndDoubleNothingWhereItIsStopped() {
        final Replay replay = replay("stopped", Slow.ahead(6));
        final List<Long> ends = replay.endOffsets();
        final int[] looks = {0};
        int runs = 0;
        while (!replay.run(ends, () -> ++looks[0] % 5 == 0, offset -> {})) {
            assertThat(++runs).isLessThan(50);
        }
        assertThat(runs).isPositive();
        assertThat(scored("stopped"))
                .extracting(group -> group.getRollout().getPrompt().getPromptId())
                .containsExactlyElementsOf(
                        IntStream.range(0, GROUPS).mapToObj(i -> "p" + i).toList());
    }
}

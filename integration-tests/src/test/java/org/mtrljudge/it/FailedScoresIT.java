package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.Combination;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/**
 * A judge that mostly fails (NeMo-Gym #2552: 1172 of 1280 rollouts were not judged, entered GRPO as reward 0, and the run trained away). Here no
 * failure becomes a number, no baseline moves, and all can be scored later.
 */
@Timeout(300)
class FailedScoresIT {
    private static final int GROUPS = 200;
    private static final Map<String, Double> VALUES = Map.of("one", 1.0, "two", 0.25, "three", 0.5);

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private TestBroker broker;

    /** A judge that fails on so many of 100 calls, in turn for different reasons. */
    private record Judge(int failing, AtomicInteger calls) implements Grader {
        @Override
        public Terms terms() {
            return new Terms("judge", Set.of("score"), 1000, 0, 0, 0, false);
        }

        @Override
        public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
            final int call = calls.getAndIncrement();
            // 37 and 100 have no common divisor: the failures lie between the successes
            if (call * 37 % 100 < failing && call % 3 == 0) {
                throw new IllegalStateException("no connection");
            }
            return completions.stream()
                    .<Grade>map(completion ->
                            call * 37 % 100 < failing && completion.text().equals("two")
                                    ? new Grade.Failed(FailureReason.TIMEOUT, "gave no answer")
                                    : new Grade.Given(new Verification(
                                            Map.of("score", VALUES.get(completion.text())), null, null)))
                    .toList();
        }
    }

    private static RewardSettings settings(final int failing) {
        final TaskReward reward = new TaskReward(
                new Judge(failing, new AtomicInteger()),
                Map.of(),
                1,
                null,
                new Combination.Weighted(Map.of("score", 1.0), Set.of("score")));
        return new RewardSettings(
                new RewardSet("judged", 1, Map.of(), reward), AdvantageEstimator.GRPO, false, 1000, 3);
    }

    @BeforeEach
    void start() throws InterruptedException {
        broker = TestBroker.start(folder);
        broker.prepare(topics);
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            for (int i = 0; i < GROUPS; i++) {
                final var group = RolloutGroups.group("p" + i, "a", 1, "one", "two", "three");
                producer.send(topics.rollouts().message("p" + i, group));
            }
        }
    }

    @AfterEach
    void stop() throws Exception {
        broker.close();
    }

    private Replay replay(final String name, final int failing) {
        broker.create(List.of(topics.scored(name), topics.deadLetters(name)));
        return new Replay(broker.clients(topics), name, settings(failing), RolloutFilter.ALL, folder.resolve(name));
    }

    private void run(final Replay replay) {
        assertThat(replay.run(replay.endOffsets(), () -> false, offset -> {})).isTrue();
        replay.deleteProgress();
    }

    /** The scores by prompt id. No prompt has two. */
    private Map<String, List<CompletionScore>> scores(final String name) {
        final Map<String, List<CompletionScore>> scores = new HashMap<>();
        for (final ScoredGroup group : LoggedValues.read(broker, topics.scored(name))) {
            assertThat(scores.put(group.getRollout().getPrompt().getPromptId(), group.getScores()))
                    .isNull();
        }
        return scores;
    }

    @Test
    void shouldLeaveNoTraceOfFailedCallsInWhatIsScoredAndScoreTheRestLater() {
        run(replay("flawless", 0));
        final Map<String, List<CompletionScore>> flawless = scores("flawless");
        assertThat(flawless).hasSize(GROUPS);

        run(replay("failing", 91));
        final Map<String, List<CompletionScore>> first = scores("failing");
        assertThat(first).hasSize(GROUPS * 9 / 100);
        assertThat(flawless.entrySet()).containsAll(first.entrySet());
        final Map<String, Integer> reasons = new TreeMap<>();
        for (final DeadLetter letter : LoggedValues.read(broker, topics.deadLetters("failing"))) {
            assertThat(first).doesNotContainKey(letter.getPromptId());
            reasons.merge(letter.getFailedScore(), 1, Integer::sum);
        }
        assertThat(reasons).containsOnlyKeys("raised", "timeout");
        assertThat(reasons.get("raised") + reasons.get("timeout")).isEqualTo(GROUPS * 91 / 100);
        assertThat(replay("failing", 0).compare().unscored().failures()).isEqualTo(reasons);

        // the judge recovers in part, then wholly
        run(replay("failing", 50).again());
        final int second = scores("failing").size();
        assertThat(second).isBetween(GROUPS / 2, GROUPS - 10);
        run(replay("failing", 0).again());
        assertThat(scores("failing")).isEqualTo(flawless);
        assertThat(replay("failing", 0).compare().unscored().count()).isZero();
    }

    @Test
    void shouldScoreWhatFailedInARunInATopicOfItsOwn() throws InterruptedException {
        final SimpleMeterRegistry meters = new SimpleMeterRegistry();
        try (RewardService service = new RewardService(
                broker.clients(topics),
                settings(50),
                new RewardService.Instance("reward-0", folder.resolve("live")),
                meters,
                why -> {},
                Clock.systemUTC())) {
            service.start();
            while (LoggedValues.read(broker, topics.scored()).size()
                            + LoggedValues.read(broker, topics.deadLetters()).size()
                    < GROUPS) {
                Thread.sleep(100);
            }
        }
        final int scored = LoggedValues.read(broker, topics.scored()).size();
        assertThat(scored).isEqualTo(GROUPS / 2);
        assertThat(meters.find("judge.reward.failed.scores").counters().stream()
                        .mapToDouble(counter -> counter.count())
                        .sum())
                .isEqualTo(GROUPS - scored);
        run(replay("mended", 0).ofFailed());
        assertThat(scores("mended")).hasSize(GROUPS - scored);
        final Set<String> mended = scores("mended").keySet();
        for (final ScoredGroup group : LoggedValues.read(broker, topics.scored())) {
            assertThat(mended).doesNotContain(group.getRollout().getPrompt().getPromptId());
        }
    }
}

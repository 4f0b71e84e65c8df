package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.apache.kafka.streams.state.WindowStore;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.Combination;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.tasks.LabelVerifier;

class RewardTopologyTest {
    private static final long PAIR_TIMEOUT_MS = 100;
    private static final double EXACT = 1e-12;
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";
    private static final String WRONG = "<think>seen ball</think><answer>no</answer>";
    private static final String BARE = "<answer>yes</answer>";

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> rollouts;
    private TestOutputTopic<String, byte[]> scored;
    private TestOutputTopic<String, byte[]> dead;

    @BeforeEach
    void start() {
        start(new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO, false, PAIR_TIMEOUT_MS));
    }

    private void start(final RewardSettings settings) {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(
                RewardTopology.build(ScoringJob.live(topics), settings, new RewardMetrics(meters)), properties, START);
        rollouts = driver.createInputTopic(
                topics.rollouts().name(),
                new StringSerializer(),
                new ByteArraySerializer(),
                START,
                Duration.ofSeconds(20));
        scored =
                driver.createOutputTopic(topics.scored().name(), new StringDeserializer(), new ByteArrayDeserializer());
        dead = driver.createOutputTopic(
                topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
    }

    /** Continues with other settings. */
    private void startAgain(final RewardSettings settings) {
        driver.close();
        start(settings);
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(scored.isEmpty()).isTrue();
        assertThat(dead.isEmpty()).isTrue();
        driver.close();
    }

    static RolloutGroup group(final String id, final String... texts) {
        return groupOf(null, id, texts);
    }

    private static RolloutGroup groupOf(final String pairId, final String id, final String... texts) {
        final List<Completion> completions = new ArrayList<>();
        for (final String text : texts) {
            completions.add(new Completion(
                    text,
                    PackedArrays.ofInts(new int[] {1, 2}),
                    PackedArrays.ofFloats(new float[] {-0.1f, -0.2f}),
                    FinishReason.STOP,
                    null));
        }
        final PromptRequest prompt = new PromptRequest(
                id,
                "alignment",
                "a ball?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                texts.length,
                new Sampling(1.0, 1.0, 64, 1L),
                Purpose.TRAIN,
                0,
                pairId);
        return new RolloutGroup(prompt, 3, "digest", "actor-0", completions, 0L, 1.0, 7);
    }

    private void send(final RolloutGroup group) {
        final var message = topics.rollouts().message(group.getPrompt().getPromptId(), group);
        rollouts.pipeInput(message.key(), message.value());
    }

    private ScoredGroup nextScored() {
        return topics.scored().valueSerde().decode(scored.readValue());
    }

    private DeadLetter nextDead() {
        return topics.deadLetters().valueSerde().decode(dead.readValue());
    }

    @Test
    void shouldScoreAPromptOnceWhoeverWritesItsRolloutsAgain() {
        send(group("p1", RIGHT, WRONG));
        // another actor writes the group again, because the first actor died before it acknowledged the prompt
        send(group("p1", WRONG, WRONG));
        send(group("p2", RIGHT, WRONG));

        assertThat(nextScored().getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.1);
        assertThat(nextScored().getRollout().getPrompt().getPromptId()).isEqualTo("p2");
    }

    @Test
    void shouldScoreAccuracyAndFormatAndNormaliseInTheGroup() {
        send(group("p1", RIGHT, WRONG, BARE));

        final ScoredGroup out = nextScored();
        assertThat(out.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.1, 0.9);
        assertThat(out.getScores().get(2).getVerdict()).isEqualTo("yes");
        assertThat(out.getScores().get(2).getReason()).contains("<think>");
        final double mean = 2.0 / 3;
        final double deviation =
                Math.sqrt((Math.pow(1 - mean, 2) + Math.pow(0.1 - mean, 2) + Math.pow(0.9 - mean, 2)) / 2);
        assertThat(out.getScores().get(0).getAdvantage()).isCloseTo((1 - mean) / deviation, within(1e-5));
        assertThat(out.getZeroSpread()).isFalse();
        assertThat(out.getRollout().getPolicyVersion()).isEqualTo(3);
    }

    @Test
    void shouldMarkAGroupWithoutSpread() {
        send(group("p1", WRONG, WRONG));
        assertThat(nextScored().getZeroSpread()).isTrue();
    }

    @Test
    void shouldNotGradeACutCompletionAsFinished() {
        final RolloutGroup group = group("p1", RIGHT, RIGHT);
        group.getCompletions()
                .set(
                        0,
                        new Completion(
                                RIGHT,
                                group.getCompletions().get(0).getTokens(),
                                group.getCompletions().get(0).getLogProbs(),
                                FinishReason.LENGTH,
                                null));
        send(group);
        final ScoredGroup out = nextScored();
        assertThat(out.getScores()).extracting(s -> s.getTotal()).containsExactly(0.0, 1.0);
        assertThat(out.getScores().get(0).getReason()).isEqualTo("cut at the token limit");
    }

    @Test
    void shouldTurnPoisonIntoDeadLettersWithReasonAndOriginAndGoOn() {
        rollouts.pipeInput("p0", new byte[] {9, 9, 9});
        final RolloutGroup notANumber = group("p1", RIGHT, WRONG);
        notANumber
                .getCompletions()
                .set(
                        1,
                        new Completion(
                                WRONG,
                                PackedArrays.ofInts(new int[] {1}),
                                PackedArrays.ofFloats(new float[] {Float.NaN}),
                                FinishReason.STOP,
                                null));
        send(notANumber);
        final RolloutGroup short1 = group("p2", RIGHT, WRONG);
        short1.getCompletions().remove(0);
        send(short1);
        send(group("p3", RIGHT, WRONG));

        final DeadLetter first = nextDead();
        assertThat(first.getReason()).contains("wire format");
        assertThat(first.getPromptId()).isNull();
        assertThat(first.getTopic()).isEqualTo("run.rollouts");
        assertThat(first.getOffset()).isZero();
        assertThat(first.getPayload()).isEqualTo(ByteBuffer.wrap(new byte[] {9, 9, 9}));
        final DeadLetter second = nextDead();
        assertThat(second.getPromptId()).isEqualTo("p1");
        assertThat(second.getReason()).contains("NaN");
        assertThat(second.getOffset()).isEqualTo(1);
        assertThat(nextDead().getReason()).contains("1 completions, its prompt asked for 2");
        assertThat(nextScored().getRollout().getPrompt().getPromptId()).isEqualTo("p3");
    }

    @Test
    void shouldScoreTheSameBytesTwiceButForTheTime() {
        send(group("p1", RIGHT, WRONG, BARE));
        final ScoredGroup first = nextScored();
        driver.close();
        // another service over the same log
        start();
        send(group("p1", RIGHT, WRONG, BARE));
        final ScoredGroup second = nextScored();
        first.put("scoreMs", 0.0);
        second.put("scoreMs", 0.0);
        assertThat(topics.scored().message("p1", second).value())
                .isEqualTo(topics.scored().message("p1", first).value());
    }

    private static RewardSettings bothOrders() {
        final LabelVerifier label = new LabelVerifier();
        final Set<String> names = Set.of("accuracy", "format", "graded", TaskReward.POSITION_CONSISTENCY);
        final TaskReward reward = new TaskReward(
                label, Map.of(), true, new Combination.Weighted(Map.of(TaskReward.POSITION_CONSISTENCY, 1.0), names));
        return new RewardSettings(
                new RewardSet("pairs", 1, Map.of(), reward), AdvantageEstimator.DR_GRPO, false, PAIR_TIMEOUT_MS);
    }

    @Test
    void shouldGiveCreditOnlyWhenBothOrdersOfAPairAreRight() {
        startAgain(bothOrders());
        send(groupOf("pair", "p1", RIGHT, RIGHT, WRONG));
        // the same order is written again: it is not the other order
        send(groupOf("pair", "p1", WRONG, WRONG, WRONG));
        assertThat(scored.isEmpty()).isTrue();
        send(groupOf("pair", "p2", RIGHT, WRONG, RIGHT));

        final ScoredGroup first = nextScored();
        final ScoredGroup second = nextScored();
        assertThat(first.getRollout().getPrompt().getPromptId()).isEqualTo("p1");
        assertThat(first.getRolloutOffset()).isZero();
        assertThat(first.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0, 0.0);
        assertThat(second.getRolloutOffset()).isEqualTo(2);
        assertThat(second.getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0, 0.0);
    }

    @Test
    void shouldScoreAGroupAloneWhenItsOtherOrderDoesNotCome() throws InterruptedException {
        startAgain(bothOrders());
        send(groupOf("pair", "p1", RIGHT, RIGHT));
        Thread.sleep(2 * PAIR_TIMEOUT_MS);
        driver.advanceWallClockTime(Duration.ofMillis(PAIR_TIMEOUT_MS));
        assertThat(nextScored().getScores()).extracting(s -> s.getTotal()).containsExactly(0.0, 0.0);
        // this group was already scored
        send(groupOf("pair", "p1", RIGHT, RIGHT));
    }

    @Test
    void shouldRefuseAGroupWithoutAPairWhereTheRewardNeedsOne() {
        startAgain(bothOrders());
        send(group("p1", RIGHT, RIGHT));
        assertThat(nextDead().getReason()).contains("position_consistency needs prompts with a pair");
    }

    @Test
    void shouldDivideByTheTasksRunningScale() {
        startAgain(
                new RewardSettings(RewardSet.accuracyAndFormat(0), AdvantageEstimator.DR_GRPO, true, PAIR_TIMEOUT_MS));
        // the variance is 0.5
        send(group("p1", RIGHT, WRONG));
        // without spread, the scale does not change
        send(group("p2", RIGHT, RIGHT));
        // the variance is 0.25, so the mean is 0.375
        send(group("p3", RIGHT, WRONG, WRONG, WRONG));
        assertThat(nextScored().getScores().get(0).getAdvantage())
                .isCloseTo(0.5 / (Math.sqrt(0.5) + 1e-6), within(EXACT));
        assertThat(nextScored().getScores().get(0).getAdvantage()).isZero();
        assertThat(nextScored().getScores().get(0).getAdvantage())
                .isCloseTo(0.75 / (Math.sqrt(0.375) + 1e-6), within(EXACT));
    }

    @Test
    void shouldCountByTaskAndMinute() {
        // at 0 s
        send(group("p1", RIGHT, WRONG));
        // at 20 s
        send(group("p2", RIGHT, RIGHT));
        // at 40 s
        rollouts.pipeInput("p3", new byte[] {9});
        // at 60 s
        send(group("p4", WRONG, WRONG));
        nextScored();
        nextScored();
        nextScored();
        nextDead();
        final WindowStore<String, TaskStatistics> windows = driver.getWindowStore(RewardTopology.STATISTICS);
        final TaskStatistics first = windows.fetch("alignment", START.toEpochMilli());
        assertThat(first.groups()).isEqualTo(2);
        assertThat(first.zeroSpread()).isEqualTo(1);
        assertThat(first.toMap())
                .containsEntry("reward/accuracy", 0.75)
                .containsEntry("reward/format", 1.0)
                .containsEntry("frac_reward_zero_std", 0.5)
                .containsEntry("completions", 4L);
        assertThat(windows.fetch("alignment", START.plusSeconds(60).toEpochMilli())
                        .groups())
                .isEqualTo(1);
        assertThat(windows.fetch(RewardMetrics.UNREADABLE, START.toEpochMilli()).deadLetters())
                .isEqualTo(1);
        assertThat(meters.counter("judge.reward.groups", "task", "alignment").count())
                .isEqualTo(3);
        assertThat(meters.summary("judge.rewards", "task", "alignment").totalAmount())
                .isCloseTo(1.0 + 0.1 + 2 + 0.2, within(EXACT));
    }
}

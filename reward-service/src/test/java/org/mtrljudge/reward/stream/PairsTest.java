package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.BuiltIn;
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
import org.mtrljudge.schemas.topic.DeadLetters;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.tasks.LabelVerifier;

/** What becomes of a group whose reward needs the other order of its pair. */
class PairsTest {
    private static final Duration PAIR_TIMEOUT = Duration.ofMinutes(10);
    private static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";
    private static final String WRONG = "<think>seen ball</think><answer>no</answer>";

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> rollouts;
    private TestOutputTopic<String, byte[]> scored;
    private TestOutputTopic<String, byte[]> dead;

    @BeforeEach
    void start() {
        start(ScoringJob.live(topics, null), 2);
    }

    static RewardSettings orders(final int orders) {
        final Set<String> names = Set.of("accuracy", "format", "graded", TaskReward.POSITION_CONSISTENCY);
        final TaskReward reward = new TaskReward(
                new BuiltIn(new LabelVerifier()),
                Map.of(),
                orders,
                null,
                new Combination.Weighted(Map.of(TaskReward.POSITION_CONSISTENCY, 1.0), names));
        return new RewardSettings(
                new RewardSet("pairs", 1, Map.of(), reward), AdvantageEstimator.DR_GRPO, true, PAIR_TIMEOUT.toMillis());
    }

    private void start(final ScoringJob job, final int orders) {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(
                RewardTopology.build(job, orders(orders), new RewardMetrics(new SimpleMeterRegistry())), properties);
        rollouts = driver.createInputTopic(topics.rollouts().name(), new StringSerializer(), new ByteArraySerializer());
        scored = driver.createOutputTopic(job.scored().name(), new StringDeserializer(), new ByteArrayDeserializer());
        dead = driver.createOutputTopic(
                job.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void nothingIsLeft() {
        assertThat(scored.isEmpty()).isTrue();
        assertThat(dead.isEmpty()).isTrue();
        driver.close();
    }

    static RolloutGroup group(final String id, final String... texts) {
        final List<Completion> completions = new ArrayList<>();
        for (final String text : texts) {
            completions.add(new Completion(
                    text,
                    PackedArrays.ofInts(new int[] {1}),
                    PackedArrays.ofFloats(new float[] {-0.1f}),
                    FinishReason.STOP,
                    null));
        }
        final PromptRequest prompt = new PromptRequest(
                id,
                "preference",
                "which?",
                List.of(),
                "yes",
                List.of("yes", "no"),
                2,
                new Sampling(1.0, 1.0, 64, 1L),
                Purpose.TRAIN,
                0,
                "pair-1",
                null,
                null,
                null);
        return new RolloutGroup(prompt, 3, "digest", "actor-0", completions, 0L, 1.0, 7);
    }

    private void send(final RolloutGroup group) {
        final var message = topics.rollouts().message(group.getPrompt().getPromptId(), group);
        rollouts.pipeInput(message.key(), message.value());
    }

    /** An actor refuses the prompt. The letter appears among those that the test reads only where the reward service writes it. */
    private void refuse(final String promptId, final String pairId) {
        final DeadLetter letter = DeadLetters.inPair(
                DeadLetters.of(
                        promptId, topics.prompts().name(), 0, 8, "actor", "no picture", ByteBuffer.wrap(new byte[0])),
                pairId);
        driver.createInputTopic(topics.deadLetters().name(), new StringSerializer(), new ByteArraySerializer())
                .pipeInput(
                        promptId, topics.deadLetters().message(promptId, letter).value());
    }

    private ScoredGroup nextScored() {
        return topics.scored().valueSerde().decode(scored.readValue());
    }

    private DeadLetter nextDead() {
        return topics.deadLetters().valueSerde().decode(dead.readValue());
    }

    private void expectDead(final String promptId, final long offset, final String reason) {
        final DeadLetter letter = nextDead();
        assertThat(letter.getPromptId()).isEqualTo(promptId);
        assertThat(letter.getPairId()).isEqualTo("pair-1");
        assertThat(letter.getTopic()).isEqualTo("run.rollouts");
        assertThat(letter.getOffset()).isEqualTo(offset);
        assertThat(letter.getReason()).contains(reason);
    }

    @Test
    void shouldNeverScoreAGroupAsHalfAPairHoweverLongNothingComes() {
        send(group("p1", RIGHT, WRONG));
        for (int minute = 0; minute < 9; minute++) {
            driver.advanceWallClockTime(Duration.ofMinutes(1));
        }
        assertThat(scored.isEmpty()).isTrue();
        send(group("p2", RIGHT, RIGHT));
        assertThat(nextScored().getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0);
        assertThat(nextScored().getScores()).extracting(s -> s.getTotal()).containsExactly(1.0, 0.0);
    }

    @Test
    void shouldMakeADeadLetterOfAGroupWhoseOtherOrderIsOneAndOfTheOtherOrderWhenItComesLater() {
        send(group("p1", RIGHT, RIGHT));
        refuse("p2", "pair-1");
        expectDead("p1", 0, "the other order of its pair is a dead letter: p2: no picture");
        // an actor that was believed dead writes the rollouts after all
        send(group("p2", RIGHT, RIGHT));
        expectDead("p2", 1, "the other order of its pair is a dead letter");
        // a third actor
        send(group("p1", RIGHT, RIGHT));
    }

    @Test
    void shouldMakeADeadLetterOfAGroupThatComesAfterItsOtherOrderDied() {
        refuse("p2", "pair-1");
        refuse("p9", "pair-9");
        refuse("p10", null);
        send(group("p1", RIGHT, RIGHT));
        expectDead("p1", 0, "the other order of its pair is a dead letter: p2: no picture");
    }

    @Test
    void shouldMakeADeadLetterOfAGroupWhoseOtherOrderCannotBeScored() {
        send(group("p1", RIGHT, RIGHT));
        // the prompt asked for two completions
        send(group("p2", RIGHT));
        expectDead("p2", 1, "1 completions, its prompt asked for 2");
        expectDead("p1", 0, "the other order of its pair is a dead letter: p2: the group has 1 completions");
    }

    @Test
    void shouldPassOverDeadLettersThatCannotBeRead() {
        send(group("p1", RIGHT, WRONG));
        final TestInputTopic<String, byte[]> letters =
                driver.createInputTopic(topics.deadLetters().name(), new StringSerializer(), new ByteArraySerializer());
        letters.pipeInput("p2", new byte[] {9});
        letters.pipeInput("p2", new byte[0]);
        send(group("p2", RIGHT, WRONG));
        assertThat(nextScored().getRolloutOffset()).isZero();
        assertThat(nextScored().getRolloutOffset()).isEqualTo(1);
    }

    @Test
    void shouldStopWaitingWithADeadLetterAtTheLimit() {
        send(group("p1", RIGHT, RIGHT));
        driver.advanceWallClockTime(PAIR_TIMEOUT.dividedBy(2));
        // other groups that arrive do not prolong the wait
        rollouts.pipeInput("x", new byte[] {9});
        nextDead();
        driver.advanceWallClockTime(PAIR_TIMEOUT);
        driver.advanceWallClockTime(PAIR_TIMEOUT);
        expectDead("p1", 0, "the other order of its pair did not come in 600000 ms");
        send(group("p2", RIGHT, RIGHT));
        expectDead("p2", 2, "the other order of its pair is a dead letter: p1");
    }

    @Test
    void shouldMakeADeadLetterOfEveryGroupThatWaitsForAnOrderThatIsOne() {
        driver.close();
        start(ScoringJob.live(topics, null), 3);
        send(group("p1", RIGHT, RIGHT));
        send(group("p2", RIGHT, RIGHT));
        refuse("p3", "pair-1");
        expectDead("p1", 0, "the other order of its pair is a dead letter: p3: no picture");
        expectDead("p2", 1, "the other order of its pair is a dead letter: p3: no picture");
    }

    @Test
    void shouldEndTheWaitOfEveryGroupAtTheLimit() {
        driver.close();
        start(ScoringJob.live(topics, null), 3);
        send(group("p1", RIGHT, RIGHT));
        send(group("p2", RIGHT, RIGHT));
        driver.advanceWallClockTime(PAIR_TIMEOUT);
        driver.advanceWallClockTime(PAIR_TIMEOUT);
        expectDead("p1", 0, "did not come in 600000 ms");
        expectDead("p2", 1, "did not come in 600000 ms");
    }

    private ScoringJob replay(final ScoringEnd end) {
        return new ScoringJob(
                "run.replay.again",
                topics.rollouts(),
                topics.scored("again"),
                topics.deadLetters("again"),
                group -> true,
                end,
                null);
    }

    @Test
    void shouldDecideAtTheEndOfAReplayAndNotBefore() {
        driver.close();
        final ScoringEnd end = new ScoringEnd(List.of(3L));
        start(replay(end), 2);
        send(group("p1", RIGHT, RIGHT));
        driver.advanceWallClockTime(PAIR_TIMEOUT.multipliedBy(3));
        rollouts.pipeInput("x", new byte[] {9});
        assertThat(nextDead().getPromptId()).isNull();
        driver.advanceWallClockTime(PAIR_TIMEOUT.multipliedBy(3));
        assertThat(dead.isEmpty()).isTrue();
        rollouts.pipeInput("x", new byte[] {9});
        assertThat(nextDead().getPromptId()).isNull();
        // the run continues beyond the end
        send(group("p2", RIGHT, RIGHT));
        driver.advanceWallClockTime(Duration.ofSeconds(1));
        expectDead("p1", 0, "the other order of its pair is not among the rollouts before offset 3");
        assertThat(end.isReached()).isTrue();
    }
}

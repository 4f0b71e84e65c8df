package org.mtrljudge.reward;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
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
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.LocalSchemaRegistry;
import org.mtrljudge.schemas.PackedArrays;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.Topics;

class RewardTopologyTest {
    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    private static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";
    private static final String WRONG = "<think>seen ball</think><answer>no</answer>";
    private static final String BARE = "<answer>yes</answer>";

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> rollouts;
    private TestOutputTopic<String, byte[]> scored;
    private TestOutputTopic<String, byte[]> dead;

    @BeforeEach
    void start() {
        final RewardSettings settings = new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO);
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(RewardTopology.build(topics, settings), properties, START);
        rollouts = driver.createInputTopic(
                topics.rollouts().name(),
                new StringSerializer(),
                new ByteArraySerializer(),
                START,
                Duration.ofSeconds(1));
        scored =
                driver.createOutputTopic(topics.scored().name(), new StringDeserializer(), new ByteArrayDeserializer());
        dead = driver.createOutputTopic(
                topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
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
                    PackedArrays.ofInts(new int[] {1, 2}),
                    PackedArrays.ofFloats(new float[] {-0.1f, -0.2f}),
                    FinishReason.STOP));
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
                0);
        return new RolloutGroup(prompt, 3, "digest", "actor-0", completions, 0L, 1.0);
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
        send(group("p1", WRONG, WRONG)); // another actor, after the first died before it could acknowledge
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
                                FinishReason.LENGTH));
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
                                FinishReason.STOP));
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
        start(); // another service over the same log
        send(group("p1", RIGHT, WRONG, BARE));
        final ScoredGroup second = nextScored();
        first.put("scoreMs", 0.0);
        second.put("scoreMs", 0.0);
        assertThat(topics.scored().message("p1", second).value())
                .isEqualTo(topics.scored().message("p1", first).value());
    }
}

package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Properties;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** A record that our code does not expect becomes a dead letter. A failure of Kafka does not. */
class UnexpectedRolloutsTest {
    private static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> rollouts;
    private TestOutputTopic<String, byte[]> scored;
    private TestOutputTopic<String, byte[]> dead;

    private void start(final Predicate<RolloutGroup> wanted) {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        final ScoringJob job = new ScoringJob(
                "run.reward", topics.rollouts(), topics.scored(), topics.deadLetters(), wanted, null, null);
        driver = new TopologyTestDriver(
                RewardTopology.build(
                        job,
                        new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO, false, 60_000),
                        new RewardMetrics(new SimpleMeterRegistry())),
                properties);
        rollouts = driver.createInputTopic(topics.rollouts().name(), new StringSerializer(), new ByteArraySerializer());
        scored =
                driver.createOutputTopic(topics.scored().name(), new StringDeserializer(), new ByteArrayDeserializer());
        dead = driver.createOutputTopic(
                topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
    }

    @AfterEach
    void stop() {
        driver.close();
    }

    private void send(final RolloutGroup group) {
        rollouts.pipeInput(
                group.getPrompt().getPromptId(),
                topics.rollouts().message("", group).value());
    }

    private DeadLetter nextDead() {
        return topics.deadLetters().valueSerde().decode(dead.readValue());
    }

    @Test
    void shouldMakeADeadLetterOfAGroupOnWhichOurOwnCodeFails() {
        start(group -> {
            if (group.getPrompt().getPromptId().equals("p1")) {
                throw new IndexOutOfBoundsException("5 of 3");
            }
            return true;
        });
        send(PairsTest.group("p1", RIGHT, RIGHT));
        send(PairsTest.group("p2", RIGHT, RIGHT));
        final DeadLetter letter = nextDead();
        assertThat(letter.getReason()).contains("it cannot be scored", "IndexOutOfBoundsException: 5 of 3");
        assertThat(letter.getPromptId()).isEqualTo("p1");
        assertThat(scored.readRecord().key()).isEqualTo("p2");
    }

    @Test
    void shouldMakeNoDeadLetterWhenKafkaCannotWork() {
        start(group -> {
            throw new TimeoutException("no leader");
        });
        assertThatThrownBy(() -> send(PairsTest.group("p1", RIGHT, RIGHT)))
                .isInstanceOf(KafkaException.class)
                .hasRootCauseMessage("no leader");
        assertThat(dead.isEmpty()).isTrue();
    }

    @Test
    void shouldRefuseMoreLabelsOrCompletionsThanAPromptCanHave() {
        start(group -> true);
        final RolloutGroup labels = PairsTest.group("p1", "none", "none");
        final List<String> many = new ArrayList<>(
                IntStream.range(0, 5000).mapToObj(i -> "label " + i).toList());
        many.add("yes");
        labels.getPrompt().put("labels", many);
        send(labels);
        assertThat(nextDead().getReason())
                .isEqualTo("at most 1000 labels of together at most 1000000 characters are allowed");
        final RolloutGroup completions =
                PairsTest.group("p2", Collections.nCopies(2000, RIGHT).toArray(String[]::new));
        completions.getPrompt().put("groupSize", 2000);
        send(completions);
        assertThat(nextDead().getReason()).isEqualTo("the group has 2000 completions, at most 1024 are allowed");
    }

    @Test
    void shouldCutTheReasonsOfAVerifier() {
        start(group -> true);
        final RolloutGroup group = PairsTest.group(
                "p1", "<think>x</think><answer>neither</answer>", "<think>x</think><answer>neither</answer>");
        final List<String> labels = new ArrayList<>(Collections.nCopies(100, "x".repeat(900)));
        labels.add("yes");
        group.getPrompt().put("labels", labels);
        send(group);
        assertThat(topics.scored().valueSerde().decode(scored.readValue()).getScores())
                .allSatisfy(score -> assertThat(score.getReason())
                        .startsWith("the answer is not one of [xxx")
                        .hasSize(2000));
    }
}

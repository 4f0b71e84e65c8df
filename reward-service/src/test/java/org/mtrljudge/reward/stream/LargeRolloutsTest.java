package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.producer.ProducerRecord;
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
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/** Rollouts that are records of the topic, and whose scores, state or keys would be too large for a record. */
class LargeRolloutsTest {
    private static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @TempDir
    private Path stateDir;

    private TopologyTestDriver driver;
    private TestInputTopic<String, byte[]> rollouts;
    private TestOutputTopic<String, byte[]> scored;
    private TestOutputTopic<String, byte[]> dead;

    @BeforeEach
    void start() {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(
                RewardTopology.build(
                        ScoringJob.live(topics, null),
                        PairsTest.orders(2),
                        new RewardMetrics(new SimpleMeterRegistry())),
                properties);
        rollouts = driver.createInputTopic(topics.rollouts().name(), new StringSerializer(), new ByteArraySerializer());
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

    private void send(final RolloutGroup group) {
        final ProducerRecord<String, byte[]> message =
                topics.rollouts().message(group.getPrompt().getPromptId(), group);
        rollouts.pipeInput(message.key(), message.value());
    }

    private DeadLetter nextDead() {
        return topics.deadLetters().valueSerde().decode(dead.readValue());
    }

    /** Makes the record as large as a record of the topic can be, with bytes in place of tokens. */
    private RolloutGroup filled(final RolloutGroup group, final int left) {
        final int now = topics.rollouts().message("", group).value().length;
        final int each = (KafkaClients.MAX_RECORD_BYTES - now - left) / 4 / Integer.BYTES * Integer.BYTES;
        group.getCompletions().forEach(completion -> {
            completion.put("tokens", ByteBuffer.allocate(each));
            completion.put("logProbs", ByteBuffer.allocate(each));
        });
        return group;
    }

    @Test
    void shouldMakeADeadLetterOfAGroupWhoseScoresDoNotFitIntoARecord() {
        send(filled(PairsTest.group("p1", RIGHT, RIGHT), 4000));
        send(filled(PairsTest.group("p2", RIGHT, RIGHT), 1200));
        final DeadLetter letter = nextDead();
        assertThat(letter.getPromptId()).isEqualTo("p2");
        assertThat(letter.getReason()).contains("with its scores", "bytes, at most", "data.max_response_length");
        // the scores of the other order are known and fit
        assertThat(topics.scored()
                        .valueSerde()
                        .decode(scored.readValue())
                        .getRollout()
                        .getPrompt()
                        .getPromptId())
                .isEqualTo("p1");
    }

    @Test
    void shouldMakeADeadLetterOfAGroupThatDoesNotFitIntoTheStoreOfWaitingGroups() {
        send(filled(PairsTest.group("p1", RIGHT, RIGHT), 100));
        assertThat(nextDead().getReason()).contains("to wait for the other order of its pair", "bytes, at most");
    }

    @Test
    void shouldMakeADeadLetterOfIdsThatAreTooLongForAKey() {
        final String endless = "x".repeat(2_000_000);
        rollouts.pipeInput(endless, new byte[] {9});
        final var first = dead.readRecord();
        assertThat(first.key()).hasSize(10_000);
        send(PairsTest.group(endless, RIGHT, RIGHT));
        final RolloutGroup task = PairsTest.group("p2", RIGHT, RIGHT);
        task.getPrompt().put("task", endless);
        send(task);
        final RolloutGroup pair = PairsTest.group("p3", RIGHT, RIGHT);
        pair.getPrompt().put("pairId", endless);
        send(pair);
        for (final String name : new String[] {"prompt id", "task", "pair id"}) {
            final DeadLetter letter = nextDead();
            assertThat(letter.getReason())
                    .isEqualTo("its " + name + " has 2000000 characters, at most 10000 are allowed");
            assertThat(letter.getPromptId()).isNull();
            assertThat(letter.getPairId()).isNull();
        }
    }
}

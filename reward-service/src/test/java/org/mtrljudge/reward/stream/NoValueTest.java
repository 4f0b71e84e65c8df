package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

class NoValueTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @TempDir
    private Path stateDir;

    @Test
    void shouldMakeADeadLetterOfRolloutsWithoutAValue() {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        final RewardSettings settings =
                new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO, false, 100);
        try (TopologyTestDriver driver = new TopologyTestDriver(
                RewardTopology.build(
                        ScoringJob.live(topics, null), settings, new RewardMetrics(new SimpleMeterRegistry())),
                properties)) {
            final TestOutputTopic<String, byte[]> dead = driver.createOutputTopic(
                    topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
            driver.createInputTopic(topics.rollouts().name(), new StringSerializer(), new ByteArraySerializer())
                    .pipeInput("p1", null);
            final DeadLetter letter = topics.deadLetters().valueSerde().decode(dead.readValue());
            assertThat(letter.getReason()).startsWith("the record has no value");
            assertThat(letter.getPayload().remaining()).isZero();
        }
    }
}

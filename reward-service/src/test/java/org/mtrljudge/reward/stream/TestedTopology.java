package org.mtrljudge.reward.stream;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
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
import org.apache.kafka.streams.state.WindowStore;
import org.jspecify.annotations.Nullable;
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

/** The scoring topology of a live run without a broker: rollouts go in, scored groups and dead letters come out. */
final class TestedTopology {
    static final long PAIR_TIMEOUT_MS = 100;
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final String RIGHT = "<think>seen ball</think><answer>yes</answer>";
    static final String WRONG = "<think>seen ball</think><answer>no</answer>";
    static final String BARE = "<answer>yes</answer>";

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();
    private final TopologyTestDriver driver;
    private final TestInputTopic<String, byte[]> rollouts;
    private final TestOutputTopic<String, byte[]> scored;
    private final TestOutputTopic<String, byte[]> dead;

    /** @param stateDir the folder in which Kafka Streams keeps its state */
    TestedTopology(final Path stateDir, final RewardSettings settings) {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        driver = new TopologyTestDriver(
                RewardTopology.build(ScoringJob.live(topics, null), settings, new RewardMetrics(meters)),
                properties,
                START);
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

    static RolloutGroup group(final String id, final String... texts) {
        return groupOf(null, id, texts);
    }

    /** @param pairId the pair of the prompt; null: the prompt has no other order */
    static RolloutGroup groupOf(final @Nullable String pairId, final String id, final String... texts) {
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
                pairId,
                null,
                null,
                null);
        return new RolloutGroup(prompt, 3, "digest", "actor-0", completions, 0L, 1.0, 7);
    }

    void send(final RolloutGroup group) {
        final var message = topics.rollouts().message(group.getPrompt().getPromptId(), group);
        send(message.key(), message.value());
    }

    /** Sends any bytes. The time of a record is 20 seconds after that of the record before. */
    void send(final String key, final byte[] value) {
        rollouts.pipeInput(key, value);
    }

    ScoredGroup nextScored() {
        return topics.scored().valueSerde().decode(scored.readValue());
    }

    DeadLetter nextDead() {
        return topics.deadLetters().valueSerde().decode(dead.readValue());
    }

    /** Whether every scored group was read. */
    boolean hasNoneScored() {
        return scored.isEmpty();
    }

    /** Whether every dead letter was read. */
    boolean hasNoneDead() {
        return dead.isEmpty();
    }

    WindowStore<String, TaskStatistics> statistics() {
        return driver.getWindowStore(RewardTopology.STATISTICS);
    }

    Topics topics() {
        return topics;
    }

    SimpleMeterRegistry meters() {
        return meters;
    }

    void close() {
        driver.close();
    }
}

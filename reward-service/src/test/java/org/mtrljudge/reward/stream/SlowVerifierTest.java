package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.TestInputTopic;
import org.apache.kafka.streams.TestOutputTopic;
import org.apache.kafka.streams.TopologyTestDriver;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/** Slow plug-ins: how often they are called, and how much time the transaction of their scores has. */
class SlowVerifierTest {
    private static final AtomicInteger CALLS = new AtomicInteger();

    private final Topics topics = new Topics("run", new LocalSchemaRegistry());

    @TempDir
    private Path folder;

    /** A plug-in that counts its calls, and fails on the text "bad". */
    public static final class Counting implements Verifier {
        @Override
        public String name() {
            return "counting";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            CALLS.incrementAndGet();
            if (completion.text().equals("bad")) {
                throw new IllegalStateException("bad luck");
            }
            return new Verification(Map.of("accuracy", 1.0), null, null);
        }
    }

    @BeforeEach
    void start() {
        CALLS.set(0);
    }

    private RewardSet set(final long timeoutMs, final String task) throws Exception {
        final Path plugins = Files.createDirectories(folder.resolve("plugins"));
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(plugins.resolve("counting.jar")))) {
            jar.putNextEntry(new ZipEntry("META-INF/services/" + Verifier.class.getName()));
            jar.write(Counting.class.getName().getBytes());
        }
        final Path rewards = folder.resolve("rewards.yaml");
        Files.writeString(rewards, "{name: slow, version: 1, defaults: {" + task + "}}");
        return new RewardSetReader(new Verifiers(plugins, timeoutMs)).read(rewards);
    }

    private static final String SINGLE = "verifier: counting, weights: {accuracy: 1}";
    private static final String PAIRS =
            "verifier: counting, components: {position_consistency: true}," + " weights: {position_consistency: 1}";

    private Properties config(final RewardSet set, final int groupSize, final Map<String, Object> kafka) {
        return StreamsSettings.exactlyOnce(
                ScoringJob.live(topics, null),
                new RewardSettings(set, AdvantageEstimator.GRPO, false, 1000, groupSize),
                new KafkaClients(topics, kafka),
                folder,
                50);
    }

    @Test
    void shouldGiveTheTransactionTheTimeOfTheSlowestGroup() throws Exception {
        // a group: 2 · 8 · 5 s, and the call that is over the limit: 85 s
        final Properties single = config(set(5000, SINGLE), 8, Map.of());
        assertThat(single)
                .containsEntry("producer.transaction.timeout.ms", 85_000 + 30_000)
                .containsEntry("consumer.max.poll.interval.ms", 300_000)
                .containsEntry("consumer.max.poll.records", 1);
        // two groups of a pair, each at least a minute
        assertThat(config(set(500, PAIRS), 4, Map.of()))
                .containsEntry("producer.transaction.timeout.ms", 2 * 60_500 + 30_000)
                .containsEntry("consumer.max.poll.interval.ms", 2 * (2 * 60_500 + 30_000));
        // never more than the 15 minutes that a broker allows
        assertThat(config(set(300_000, PAIRS), 64, Map.of()))
                .containsEntry("producer.transaction.timeout.ms", 14 * 60_000 + 30_000);
    }

    @Test
    void shouldLeaveKafkasLimitsWhereVerifiersAreBuiltInAndTheUsersWhereTheyAreSet() throws Exception {
        assertThat(config(RewardSet.accuracyAndFormat(0.1), 8, Map.of()))
                .doesNotContainKeys(
                        "producer.transaction.timeout.ms",
                        "consumer.max.poll.interval.ms",
                        "consumer.max.poll.records");
        assertThat(config(set(5000, SINGLE), 8, Map.of("transaction.timeout.ms", 45_000)))
                .containsEntry("transaction.timeout.ms", 45_000)
                .doesNotContainKey("producer.transaction.timeout.ms");
    }

    private TopologyTestDriver driver(final RewardSet set) {
        final Properties properties = new Properties();
        properties.put(StreamsConfig.STATE_DIR_CONFIG, folder.resolve("state").toString());
        return new TopologyTestDriver(
                RewardTopology.build(
                        ScoringJob.live(topics, null),
                        new RewardSettings(set, AdvantageEstimator.GRPO, false, 600_000),
                        new RewardMetrics(new SimpleMeterRegistry())),
                properties);
    }

    private void send(final TopologyTestDriver driver, final RolloutGroup group) {
        final TestInputTopic<String, byte[]> rollouts =
                driver.createInputTopic(topics.rollouts().name(), new StringSerializer(), new ByteArraySerializer());
        rollouts.pipeInput(
                group.getPrompt().getPromptId(),
                topics.rollouts().message("", group).value());
    }

    @Test
    void shouldAskTheVerifierOncePerCompletionOfAPair() throws Exception {
        try (TopologyTestDriver driver = driver(set(1000, PAIRS))) {
            send(driver, PairsTest.group("p1", "one", "two"));
            send(driver, PairsTest.group("p2", "three", "four"));
            final TestOutputTopic<String, byte[]> scored = driver.createOutputTopic(
                    topics.scored().name(), new StringDeserializer(), new ByteArrayDeserializer());
            assertThat(scored.readKeyValuesToList()).hasSize(2);
            assertThat(CALLS).hasValue(4);
        }
    }

    /** Half a pair could not be scored later: the other half would have no group to wait for. */
    @Test
    void shouldScoreNeitherGroupOfAPairWhereOneHasNoReward() throws Exception {
        final String divides =
                "combine: 'position_consistency + 1.0 / accuracy', components: {position_consistency: true}";
        try (TopologyTestDriver driver = driver(set(1000, divides))) {
            send(driver, PairsTest.group("p1", TestedTopology.RIGHT, TestedTopology.RIGHT));
            send(driver, PairsTest.group("p2", TestedTopology.RIGHT, TestedTopology.WRONG));
            final TestOutputTopic<String, byte[]> dead = driver.createOutputTopic(
                    topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
            assertThat(dead.readValuesToList())
                    .extracting(topics.deadLetters().valueSerde()::decode)
                    .extracting(DeadLetter::getPromptId, DeadLetter::getFailedScore)
                    .containsExactly(tuple("p1", "reward"), tuple("p2", "reward"));
            assertThat(driver.createOutputTopic(
                                    topics.scored().name(), new StringDeserializer(), new ByteArrayDeserializer())
                            .isEmpty())
                    .isTrue();
        }
    }

    @Test
    void shouldScoreNeitherGroupOfAPairWhereTheVerifierFailsOnOne() throws Exception {
        try (TopologyTestDriver driver = driver(set(1000, PAIRS))) {
            send(driver, PairsTest.group("p1", "one", "two"));
            send(driver, PairsTest.group("p2", "three", "bad"));
            final TestOutputTopic<String, byte[]> dead = driver.createOutputTopic(
                    topics.deadLetters().name(), new StringDeserializer(), new ByteArrayDeserializer());
            assertThat(dead.readValuesToList())
                    .extracting(topics.deadLetters().valueSerde()::decode)
                    .extracting(DeadLetter::getPromptId, DeadLetter::getOffset)
                    .containsExactly(tuple("p1", 0L), tuple("p2", 1L));
        }
    }
}

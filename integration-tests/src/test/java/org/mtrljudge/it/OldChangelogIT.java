package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/** A run whose reward service an earlier build started: its changelog of waiting groups allows only 1 MiB. */
@Timeout(60)
class OldChangelogIT {
    private static final String CHANGELOG = "old.reward-waiting-changelog";

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("old", new LocalSchemaRegistry());

    private RewardSet pairs() throws Exception {
        final Path rewards = Files.writeString(
                folder.resolve("rewards.yaml"),
                "{name: pairs, version: 1, defaults: {components: {position_consistency: true},"
                        + " weights: {position_consistency: 0.9, format: 0.1}}}");
        return new RewardSetReader(new Verifiers(null, 1000)).read(rewards);
    }

    /** Starts a reward service and stops it at once. */
    private void serve(final KafkaClients clients, final RewardSet set) {
        try (RewardService service = new RewardService(
                clients,
                new RewardSettings(set, AdvantageEstimator.DR_GRPO, true, 1000),
                new RewardService.Instance("reward-0", folder.resolve("state")),
                new SimpleMeterRegistry(),
                failure -> {},
                Clock.systemUTC())) {
            service.start();
        }
    }

    private static String limit(final Admin admin) throws Exception {
        final ConfigResource topic = new ConfigResource(ConfigResource.Type.TOPIC, CHANGELOG);
        return Objects.requireNonNull(
                        admin.describeConfigs(List.of(topic)).all().get().get(topic))
                .get("max.message.bytes")
                .value();
    }

    private static boolean isThere(final Admin admin) {
        try {
            return !limit(admin).isEmpty();
        } catch (final Exception e) {
            return false;
        }
    }

    @ParameterizedTest
    @CsvSource({"1048588, 16777216", "20000000, 20000000"})
    void shouldRaiseTheLimitOfAnExistingChangelogButNotLowerIt(final String before, final String after)
            throws Exception {
        try (TestBroker broker = TestBroker.start(folder);
                Admin admin = broker.clients(topics).admin()) {
            broker.prepare(topics);
            admin.createTopics(
                            List.of(new NewTopic(CHANGELOG, 1, (short) 1).configs(Map.of("max.message.bytes", before))))
                    .all()
                    .get();
            // the controller answers before the broker knows the new topic
            ActorBench.await(Duration.ofSeconds(30), () -> isThere(admin));
            serve(broker.clients(topics), pairs());
            assertThat(limit(admin)).isEqualTo(after);
        }
    }

    @Test
    void shouldStartWhereNoChangelogExists() throws Exception {
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            serve(broker.clients(topics), pairs());
            serve(broker.clients(topics), RewardSet.accuracyAndFormat(0.1));
        }
    }
}

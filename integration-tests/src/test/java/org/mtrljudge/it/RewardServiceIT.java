package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.RolloutGroups.RIGHT;
import static org.mtrljudge.it.RolloutGroups.WRONG;
import static org.mtrljudge.it.RolloutGroups.group;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.StatisticsServer;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.rule.Verifiers;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** The guarantees of the reward service with a real broker: it is killed, the broker is restarted, and the input is poisoned. */
@Timeout(300)
class RewardServiceIT {
    private static final int GROUPS = 20_000;
    private static final int KILLS = 10;
    // 1,000 of the 20,000 records are poisoned.
    private static final int POISONED_EVERY = 20;
    private static final long PLUGIN_TIMEOUT_MS = 1000;
    // Extra time, because the machine may be busy.
    private static final Duration STALL_SLACK = Duration.ofSeconds(3);
    private static final Duration PATIENCE = Duration.ofSeconds(120);
    private static final String REWARDS = """
            name: poisoned
            version: 1
            tasks:
              good: {format_weight: 0.1}
              throws: {verifier: throws, weights: {accuracy: 1}}
              hangs: {verifier: hangs, weights: {accuracy: 1}}
            """;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("rewards", new LocalSchemaRegistry());
    private EmbeddedBroker broker;
    private int port;

    @BeforeEach
    void start() throws IOException {
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        broker = EmbeddedBroker.start(folder.resolve("kafka"), port);
        broker.prepare(topics);
    }

    @AfterEach
    void stop() {
        broker.close();
    }

    private Consumer<String, byte[]> reader(final String... names) {
        final Consumer<String, byte[]> consumer = broker.clients(topics).consumer(KafkaClients.Fetching.BY_DEFAULT);
        final List<TopicPartition> partitions = new ArrayList<>();
        for (final String name : names) {
            partitions.add(new TopicPartition(name, 0));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        return consumer;
    }

    @Test
    void shouldScoreEveryGroupOnceThoughItIsKilledTenTimesAndItsBrokerRestarted() throws Exception {
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            for (int i = 0; i < GROUPS; i++) {
                producer.send(topics.rollouts().message("p" + i, group("p" + i, "good", 0, RIGHT, WRONG)));
            }
        }
        final String bootstrap = broker.address();
        Process service = RewardProcess.start(topics.run(), bootstrap, folder.resolve("state"));
        final List<String> ids = new ArrayList<>();
        int kills = 0;
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Consumer<String, byte[]> scored = reader(topics.scored().name())) {
            while (ids.size() < GROUPS && System.nanoTime() < deadline) {
                scored.poll(Duration.ofMillis(10)).forEach(record -> ids.add(promptId(record)));
                if (kills < KILLS && ids.size() > kills * GROUPS / (KILLS + 1)) {
                    service.destroyForcibly().waitFor();
                    kills++;
                    if (kills == KILLS / 2) {
                        broker.close();
                        broker = EmbeddedBroker.start(folder.resolve("kafka"), port);
                    }
                    service = RewardProcess.start(topics.run(), bootstrap, folder.resolve("state"));
                }
            }
            // A group that is scored twice would come late.
            Thread.sleep(1000);
            scored.poll(Duration.ofMillis(500)).forEach(record -> ids.add(promptId(record)));
        } finally {
            service.destroyForcibly().waitFor();
        }
        assertThat(kills).isEqualTo(KILLS);
        assertThat(ids).hasSize(GROUPS);
        assertThat(new HashSet<>(ids)).hasSize(GROUPS);
    }

    private String promptId(final ConsumerRecord<String, byte[]> record) {
        final ScoredGroup group = topics.scored().valueSerde().decode(record.value());
        return group.getRollout().getPrompt().getPromptId();
    }

    private RewardService service(final RewardSet set, final AtomicReference<Throwable> failure) {
        return new RewardService(
                broker.clients(topics),
                new RewardSettings(set, AdvantageEstimator.GRPO, false, 1000),
                new RewardService.Instance("reward-0", folder.resolve("state")),
                new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                failure::set,
                Clock.systemUTC());
    }

    /** Returns a poisoned record: the eight kinds of poison take turns. */
    private byte[] poison(final int number, final Random random) {
        final String id = "bad" + number;
        final RolloutGroup sound = group(id, "good", 0, RIGHT, WRONG);
        switch (number % 8) {
            case 0 -> {
                final byte[] bytes = new byte[1 + random.nextInt(200)];
                random.nextBytes(bytes);
                // The wire format requires 0 as the first byte. This record begins with another byte.
                bytes[0] |= 1;
                return bytes;
            }
            case 1 -> {
                final byte[] bytes = topics.rollouts().message(id, sound).value();
                // This byte is part of the schema's id.
                bytes[4] ^= 0x55;
                return bytes;
            }
            case 2 -> {
                return topics.rollouts()
                        .message(id, group(id, "unheard-of", 0, RIGHT, WRONG))
                        .value();
            }
            case 3 -> sound.getCompletions().clear();
            case 4 -> sound.getCompletions().set(1, RolloutGroups.completion(WRONG, Float.NaN));
            case 5 -> sound.getCompletions().set(0, RolloutGroups.completion("x".repeat(900_000), -0.2f));
            case 6 -> {
                return topics.rollouts()
                        .message(id, group(id, "throws", 0, RIGHT, WRONG))
                        .value();
            }
            default -> {
                return topics.rollouts()
                        .message(id, group(id, "hangs", 0, RIGHT, WRONG))
                        .value();
            }
        }
        return topics.rollouts().message(id, sound).value();
    }

    @Test
    void shouldMakeADeadLetterOfEachOfAThousandPoisonedRecordsAndScoreTheOthersWithoutAStall() throws Exception {
        final Random random = new Random(3);
        int poisoned = 0;
        try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
            for (int i = 0; i < GROUPS; i++) {
                final boolean bad = i % POISONED_EVERY == 7;
                final byte[] value = bad
                        ? poison(poisoned++, random)
                        : topics.rollouts()
                                .message("p" + i, group("p" + i, "good", 0, RIGHT, WRONG))
                                .value();
                producer.send(new ProducerRecord<>(topics.rollouts().name(), "p" + i, value));
            }
        }
        Files.writeString(folder.resolve("rewards.yaml"), REWARDS);
        final Verifiers verifiers = new Verifiers(BadVerifiers.jar(folder.resolve("plugins")), PLUGIN_TIMEOUT_MS);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Set<String> scored = new HashSet<>();
        final Map<String, Integer> reasons = new TreeMap<>();
        long longestStall = 0;
        int answers = 0;
        try (RewardService service =
                        service(new RewardSetReader(verifiers).read(folder.resolve("rewards.yaml")), failure);
                Consumer<String, byte[]> reader =
                        reader(topics.scored().name(), topics.deadLetters().name())) {
            service.start();
            long last = 0;
            final long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (answers < GROUPS && System.nanoTime() < deadline) {
                for (final ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(20))) {
                    answers++;
                    longestStall = last == 0 ? 0 : Math.max(longestStall, System.nanoTime() - last);
                    last = System.nanoTime();
                    if (record.topic().equals(topics.scored().name())) {
                        scored.add(promptId(record));
                    } else {
                        reasons.merge(kind(topics.deadLetters().valueSerde().decode(record.value())), 1, Integer::sum);
                    }
                }
            }
            assertThat(reader.poll(Duration.ofMillis(500)).count()).isZero();
        }
        assertThat(failure.get()).isNull();
        assertThat(scored).hasSize(GROUPS - poisoned).allMatch(id -> id.startsWith("p"));
        assertThat(reasons)
                .containsExactlyInAnyOrderEntriesOf(Map.of(
                        "not in the wire format of the registry", 125,
                        "unknown to this build", 125,
                        "knows no task", 125,
                        "the group has no completions", 125,
                        "a behaviour log-probability is NaN", 125,
                        "900000 characters", 125,
                        "bad luck", 125,
                        "'hangs' failed", 125));
        assertThat(Duration.ofNanos(longestStall))
                .isLessThan(Duration.ofMillis(PLUGIN_TIMEOUT_MS).plus(STALL_SLACK));
    }

    /** Returns the kind of the reason. Every letter has to name the topic and the offset of its record. */
    private String kind(final DeadLetter letter) {
        assertThat(letter.getTopic()).isEqualTo(topics.rollouts().name());
        assertThat(letter.getOffset() % POISONED_EVERY).isEqualTo(7);
        for (final String kind : List.of(
                "not in the wire format of the registry",
                "unknown to this build",
                "knows no task",
                "the group has no completions",
                "a behaviour log-probability is NaN",
                "900000 characters",
                "bad luck",
                "'hangs' failed")) {
            if (letter.getReason().contains(kind)) {
                return kind;
            }
        }
        return letter.getReason();
    }

    @Test
    void shouldServeStatisticsAndMetrics() throws Exception {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        try (StatisticsServer server = new StatisticsServer(0);
                Producer<String, byte[]> producer = broker.clients(topics).producer();
                RewardService service = new RewardService(
                        broker.clients(topics),
                        new RewardSettings(RewardSet.accuracyAndFormat(0.1), AdvantageEstimator.GRPO, false, 1000),
                        new RewardService.Instance("reward-0", folder.resolve("state")),
                        server.meters(),
                        failure::set,
                        Clock.systemUTC());
                Consumer<String, byte[]> scored = reader(topics.scored().name())) {
            assertThat(get(server, "/health").statusCode()).isEqualTo(503);
            assertThat(get(server, "/statistics").statusCode()).isEqualTo(503);
            server.show(service);
            assertThat(get(server, "/health").statusCode()).isEqualTo(503);
            service.start();
            producer.send(topics.rollouts().message("a", group("a", "good", 0, RIGHT, WRONG)));
            producer.send(topics.rollouts().message("b", group("b", "good", 0, WRONG, WRONG)));
            int seen = 0;
            final long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (seen < 2 && System.nanoTime() < deadline) {
                seen += scored.poll(Duration.ofMillis(100)).count();
            }
            assertThat(get(server, "/health").statusCode()).isEqualTo(200);
            assertThat(get(server, "/nothing").statusCode()).isEqualTo(404);
            assertThat(get(server, "/prometheus").body())
                    .contains("judge_reward_groups_total{task=\"good\"} 2.0", "judge_rewards_count{task=\"good\"} 4");
            int groups = 0;
            double accuracy = 0;
            for (final JsonNode window : new ObjectMapper()
                    .readTree(get(server, "/statistics").body())
                    .get("windows")) {
                assertThat(window.get("task").asText()).isEqualTo("good");
                groups += window.get("groups").asInt();
                accuracy += window.get("reward/accuracy").asDouble()
                        * window.get("completions").asInt();
            }
            // The groups are in one window, or in two windows if a minute ended between them.
            assertThat(groups).isEqualTo(2);
            assertThat(accuracy).isEqualTo(1);
        }
    }

    private static HttpResponse<String> get(final StatisticsServer server, final String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}

package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.RewardRun.PATIENCE;
import static org.mtrljudge.it.RolloutGroups.RIGHT;
import static org.mtrljudge.it.RolloutGroups.WRONG;
import static org.mtrljudge.it.RolloutGroups.group;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.stream.RewardService;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.RolloutGroup;

/** The reward service with a real broker and with poisoned input. */
@Timeout(400)
class PoisonedRolloutsIT {
    private static final int GROUPS = 20_000;
    // 1,000 of the 20,000 records are poisoned.
    private static final int POISONED_EVERY = 20;
    private static final long PLUGIN_TIMEOUT_MS = 1000;
    // Extra time, because the machine may be busy.
    private static final Duration STALL_SLACK = Duration.ofSeconds(3);
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

    private RewardRun run;

    @BeforeEach
    void start() throws IOException {
        run = new RewardRun(folder);
    }

    @AfterEach
    void stop() {
        run.close();
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
                final byte[] bytes = run.topics().rollouts().message(id, sound).value();
                // This byte is part of the schema's id.
                bytes[4] ^= 0x55;
                return bytes;
            }
            case 2 -> {
                return run.topics()
                        .rollouts()
                        .message(id, group(id, "unheard-of", 0, RIGHT, WRONG))
                        .value();
            }
            case 3 -> sound.getCompletions().clear();
            case 4 -> sound.getCompletions().set(1, RolloutGroups.completion(WRONG, Float.NaN));
            case 5 -> sound.getCompletions().set(0, RolloutGroups.completion("x".repeat(900_000), -0.2f));
            case 6 -> {
                return run.topics()
                        .rollouts()
                        .message(id, group(id, "throws", 0, RIGHT, WRONG))
                        .value();
            }
            default -> {
                return run.topics()
                        .rollouts()
                        .message(id, group(id, "hangs", 0, RIGHT, WRONG))
                        .value();
            }
        }
        return run.topics().rollouts().message(id, sound).value();
    }

    @Test
    void shouldMakeADeadLetterOfEachOfAThousandPoisonedRecordsAndScoreTheOthersWithoutAStall() throws Exception {
        final Random random = new Random(3);
        int poisoned = 0;
        try (Producer<String, byte[]> producer = run.producer()) {
            for (int i = 0; i < GROUPS; i++) {
                final boolean bad = i % POISONED_EVERY == 7;
                final byte[] value = bad
                        ? poison(poisoned++, random)
                        : run.topics()
                                .rollouts()
                                .message("p" + i, group("p" + i, "good", 0, RIGHT, WRONG))
                                .value();
                producer.send(new ProducerRecord<>(run.topics().rollouts().name(), "p" + i, value));
            }
        }
        Files.writeString(folder.resolve("rewards.yaml"), REWARDS);
        final Verifiers verifiers = new Verifiers(BadVerifiers.jar(folder.resolve("plugins")), PLUGIN_TIMEOUT_MS);
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        final Set<String> scored = new HashSet<>();
        final Map<String, Integer> reasons = new TreeMap<>();
        long longestStall = 0;
        int answers = 0;
        try (RewardService service = run.service(
                        new RewardSetReader(verifiers).read(folder.resolve("rewards.yaml")),
                        new PrometheusMeterRegistry(PrometheusConfig.DEFAULT),
                        failure);
                Consumer<String, byte[]> reader = run.reader(
                        run.topics().scored().name(), run.topics().deadLetters().name())) {
            service.start();
            long last = 0;
            final long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (answers < GROUPS && System.nanoTime() < deadline) {
                for (final ConsumerRecord<String, byte[]> record : reader.poll(Duration.ofMillis(20))) {
                    answers++;
                    longestStall = last == 0 ? 0 : Math.max(longestStall, System.nanoTime() - last);
                    last = System.nanoTime();
                    if (record.topic().equals(run.topics().scored().name())) {
                        scored.add(run.promptId(record));
                    } else {
                        reasons.merge(
                                kind(run.topics().deadLetters().valueSerde().decode(record.value())), 1, Integer::sum);
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
                        "unknown or no Avro schema", 125,
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
        assertThat(letter.getTopic()).isEqualTo(run.topics().rollouts().name());
        assertThat(letter.getOffset() % POISONED_EVERY).isEqualTo(7);
        for (final String kind : List.of(
                "not in the wire format of the registry",
                "unknown or no Avro schema",
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
}

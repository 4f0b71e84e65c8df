package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.rule.Verifiers;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.ResidentMemory;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * Compares a replay of prepared rollouts with a bare consume-and-produce of the same bytes on the same broker, and with a plain Python
 * loop over the same completions from a file.
 */
public final class RescoreBench {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int PYTHON_GROUPS = 5000;
    private static final int WAITING_GROUPS = 200;

    private final int groups;
    private final int completions;
    private final String python;
    private final PrintStream out;
    private final Topics topics = new Topics("bench", new LocalSchemaRegistry());

    /**
     * @param groups the number of groups in the largest run; the smallest run has one tenth of them
     * @param completions completions per group
     * @param python a Python 3 program
     */
    public RescoreBench(final int groups, final int completions, final String python, final PrintStream out) {
        this.groups = groups;
        this.completions = completions;
        this.python = python;
        this.out = out;
    }

    /** Runs the measurements and prints them. */
    public void run() throws IOException {
        final Path folder = Files.createTempDirectory("judge-bench");
        final RescoreGroups prepared = new RescoreGroups(completions);
        try (EmbeddedBroker broker = EmbeddedBroker.start(folder.resolve("kafka"), 0)) {
            broker.prepare(topics);
            final long bytes = fill(broker, prepared);
            out.printf(
                    Locale.ROOT,
                    "%d groups of %d completions, %.1f KB per group%n",
                    groups,
                    completions,
                    bytes / 1e3 / groups);
            // warms up the JIT compiler
            rescore(broker, folder, "warm", Math.min(groups, 2000));
            final double before = bare(broker, "before");
            final Map<Integer, Double> seconds = new TreeMap<>();
            for (final int size : List.of(groups / 10, groups * 4 / 10, groups)) {
                ResidentMemory.forgetPeak();
                seconds.put(size, rescore(broker, folder, "n" + size, size));
                out.printf(
                        Locale.ROOT,
                        "replay of %d groups: %.1f s, %.0f groups/s, %d MB resident at most (with the broker)%n",
                        size,
                        seconds.get(size),
                        size / seconds.get(size),
                        ResidentMemory.peakBytes() >> 20);
            }
            final double after = bare(broker, "after");
            report(groups / seconds.getOrDefault(groups, Double.NaN), before, after, seconds);
            waiting(broker, folder);
            python(folder, prepared, groups / seconds.getOrDefault(groups, Double.NaN));
        } finally {
            Folders.delete(folder);
        }
    }

    private void report(
            final double ours, final double before, final double after, final Map<Integer, Double> seconds) {
        final double bare = (before + after) / 2;
        out.printf(
                Locale.ROOT,
                "bare consume-and-produce %.0f groups/s (before %.0f, after %.0f), replay %.0f groups/s: %.0f %%%n",
                bare,
                before,
                after,
                ours,
                100 * ours / bare);
        final Integer[] sizes = seconds.keySet().toArray(new Integer[0]);
        final double early = slopeMs(seconds, sizes[0], sizes[1]);
        final double late = slopeMs(seconds, sizes[1], sizes[2]);
        out.printf(
                Locale.ROOT,
                "one more group costs %.3f ms up to %d groups, %.3f ms up to %d: %+.0f %%%n",
                early,
                sizes[1],
                late,
                sizes[2],
                100 * (late / early - 1));
    }

    private static double slopeMs(final Map<Integer, Double> seconds, final int from, final int to) {
        return 1000 * (seconds.getOrDefault(to, Double.NaN) - seconds.getOrDefault(from, Double.NaN)) / (to - from);
    }

    /** Writes the rollouts and returns their size in bytes. */
    private long fill(final EmbeddedBroker broker, final RescoreGroups prepared) {
        long bytes = 0;
        try (Producer<String, byte[]> producer = producer(broker)) {
            for (int i = 0; i < groups; i++) {
                final RolloutGroup group = prepared.group(i);
                final var record = topics.rollouts().message(group.getPrompt().getPromptId(), group);
                bytes += record.value().length;
                producer.send(record);
            }
        }
        return bytes;
    }

    /** A producer with the settings of the reward service, without its transactions. */
    private Producer<String, byte[]> producer(final EmbeddedBroker broker) {
        return broker.clients(topics)
                .producerWith(Map.of(
                        ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
                        16 << 20,
                        ProducerConfig.BATCH_SIZE_CONFIG,
                        256 << 10,
                        ProducerConfig.LINGER_MS_CONFIG,
                        100,
                        ProducerConfig.COMPRESSION_TYPE_CONFIG,
                        "lz4"));
    }

    /** Reads the rollouts, writes the same bytes, and returns the groups per second. */
    private double bare(final EmbeddedBroker broker, final String name) {
        broker.create(List.of(topics.scored(name)));
        final Map<String, Object> reading = Map.of(
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                8 << 20);
        final TopicPartition rollouts = new TopicPartition(topics.rollouts().name(), 0);
        try (Consumer<String, byte[]> consumer = broker.clients(topics).consumerWith(reading);
                Producer<String, byte[]> producer = producer(broker)) {
            consumer.assign(List.of(rollouts));
            consumer.seekToBeginning(List.of(rollouts));
            final long start = System.nanoTime();
            while (consumer.position(rollouts) < groups) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    producer.send(new ProducerRecord<>(topics.scored(name).name(), record.key(), record.value()));
                }
            }
            producer.flush();
            return groups / ((System.nanoTime() - start) / 1e9);
        }
    }

    /** Runs a complete replay (start, score, commit, stop) and returns its seconds. */
    private double rescore(final EmbeddedBroker broker, final Path folder, final String name, final int size)
            throws IOException {
        final Path rewards = folder.resolve("rescore.yaml");
        resource("/bench/rescore.yaml", rewards);
        return rescore(broker, folder, name, size, new RewardSetReader(new Verifiers(null, 1000)).read(rewards));
    }

    private double rescore(
            final EmbeddedBroker broker, final Path folder, final String name, final int size, final RewardSet set) {
        final RewardSettings settings = new RewardSettings(set, AdvantageEstimator.GRPO, false, 1000);
        broker.create(List.of(topics.scored(name), topics.deadLetters(name)));
        final Replay replay =
                new Replay(broker.clients(topics), name, settings, RolloutFilter.ALL, folder.resolve("streams"));
        final long start = System.nanoTime();
        replay.run(size, () -> false, offset -> {});
        return (System.nanoTime() - start) / 1e9;
    }

    /** A replay with a verifier that waits for a server, as plug-ins do. */
    private void waiting(final EmbeddedBroker broker, final Path folder) throws IOException {
        final Path plugins = Files.createDirectory(folder.resolve("plugins"));
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(plugins.resolve("waiting.jar")))) {
            jar.putNextEntry(new ZipEntry("META-INF/services/" + Verifier.class.getName()));
            jar.write(Waiting.class.getName().getBytes(StandardCharsets.UTF_8));
        }
        final Path rewards = folder.resolve("waiting.yaml");
        Files.writeString(
                rewards, "{name: waiting, version: 1, defaults: {verifier: waiting, weights: {accuracy: 1}}}");
        final RewardSet set = new RewardSetReader(new Verifiers(plugins, 10_000)).read(rewards);
        final double few = rescore(broker, folder, "waiting-few", WAITING_GROUPS / 10, set);
        final double all = rescore(broker, folder, "waiting", WAITING_GROUPS, set);
        out.printf(
                Locale.ROOT,
                "a verifier that waits %d ms for each completion: %.1f groups/s%n",
                Waiting.MS,
                (WAITING_GROUPS - WAITING_GROUPS / 10) / (all - few));
    }

    /** A plug-in that needs time but no core. */
    public static final class Waiting implements Verifier {
        private static final long MS = 50;

        @Override
        public String name() {
            return "waiting";
        }

        @Override
        public Set<String> components() {
            return Set.of("accuracy");
        }

        @Override
        public Verification verify(final Judged completion) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(MS));
            return new Verification(Map.of("accuracy", 1.0), null, null);
        }
    }

    private void python(final Path folder, final RescoreGroups prepared, final double oursGroups) throws IOException {
        final Path file = folder.resolve("completions.jsonl");
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int i = 0; i < Math.min(groups, PYTHON_GROUPS); i++) {
                lines.write(json(prepared.group(i)));
                lines.newLine();
            }
        }
        final Path script = folder.resolve("rescore_bench.py");
        resource("/bench/rescore_bench.py", script);
        final double theirs = PythonPeer.run(python, script, List.of(file.toString()))
                .get("completions_per_second")
                .asDouble();
        out.printf(
                Locale.ROOT,
                "plain Python loop %.0f completions/s, replay %.0f completions/s: %.1f ×%n",
                theirs,
                oursGroups * completions,
                oursGroups * completions / theirs);
    }

    private static String json(final RolloutGroup group) throws JsonProcessingException {
        final List<Map<String, Object>> written =
                group.getCompletions().stream().map(RescoreBench::json).toList();
        return Mappers.JSON.writeValueAsString(Map.of(
                "reference", group.getPrompt().getReference(),
                "labels", group.getPrompt().getLabels(),
                "completions", written));
    }

    private static Map<String, Object> json(final Completion completion) {
        return Map.of(
                "text",
                completion.getText(),
                "finished",
                true,
                "tokens",
                completion.getTokens().remaining() / Integer.BYTES);
    }

    private static void resource(final String name, final Path file) throws IOException {
        try (InputStream in = Objects.requireNonNull(RescoreBench.class.getResourceAsStream(name), name)) {
            Files.write(file, in.readAllBytes());
        }
    }
}

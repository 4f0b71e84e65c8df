package org.mtrljudge.standalone.bench.rescore;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.ResidentMemory;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.bench.PythonPeer;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * Compares a replay of prepared rollouts with a bare consume-and-produce of the same bytes on the same broker, and with a plain Python
 * loop over the same completions from a file and a service in Python that reads and writes Kafka.
 */
public final class RescoreBench {
    private static final Duration POLL = Duration.ofMillis(500);
    private static final int WAITING_GROUPS = 200;

    private final int groups;
    private final int completions;
    private final String python;
    private final PrintStream out;
    private final Topics topics;

    /**
     * @param groups the number of groups in the largest run; the smallest run has one tenth of them
     * @param completions completions per group
     * @param partitions the partitions of the topics of rollouts and scored groups
     * @param python a Python 3 program
     */
    public RescoreBench(
            final int groups, final int completions, final int partitions, final String python, final PrintStream out) {
        this.groups = groups;
        this.completions = completions;
        this.topics = new Topics("bench", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, partitions);
        this.python = python;
        this.out = out;
    }

    /** Runs the measurements and prints them. */
    public void run() throws IOException {
        final Path folder = Files.createTempDirectory("judge-bench");
        final RescoreGroups prepared = new RescoreGroups(completions);
        try (PreparedLog log = new PreparedLog(folder, topics, prepared)) {
            final long bytes = log.fill(groups);
            out.printf(
                    Locale.ROOT,
                    "%d groups of %d completions, %.1f KB per group, %d partitions%n",
                    groups,
                    completions,
                    bytes / 1e3 / groups,
                    topics.rollouts().partitions());
            // warms up the JIT compiler
            final RewardSet set =
                    new RewardSetReader(new Verifiers(null, 1000)).read(PythonPeer.copied("rescore.yaml", folder));
            log.rescore("warm", Math.min(groups, 2000), set);
            final double before = bare(log, "before");
            final Map<Integer, Double> seconds = new TreeMap<>();
            for (final int size : List.of(groups / 10, groups * 4 / 10, groups)) {
                ResidentMemory.forgetPeak();
                seconds.put(size, log.rescore("n" + size, size, set));
                out.printf(
                        Locale.ROOT,
                        "replay of %d groups: %.1f s, %.0f groups/s, %d MB resident at most (with the broker)%n",
                        size,
                        seconds.get(size),
                        size / seconds.get(size),
                        ResidentMemory.peakBytes() >> 20);
            }
            final double after = bare(log, "after");
            report(groups / seconds.getOrDefault(groups, Double.NaN), before, after, seconds);
            waiting(log, folder);
            final PythonPeers peers = new PythonPeers(python, folder, out);
            final double ours = groups / seconds.getOrDefault(groups, Double.NaN);
            peers.plainLoop(prepared, groups, ours * completions);
            log.broker().create(List.of(topics.scored("python")));
            peers.kafkaService(log.broker().address(), topics.rollouts(), topics.scored("python"), groups, ours);
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

    /** Reads the rollouts, writes the same bytes, and returns the groups per second. */
    private double bare(final PreparedLog log, final String name) {
        log.broker().create(List.of(topics.scored(name)));
        final Map<String, Object> reading = Map.of(
                ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG,
                false,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                8 << 20);
        try (Consumer<String, byte[]> consumer = log.broker().clients(topics).consumerWith(reading);
                Producer<String, byte[]> producer = log.producer()) {
            final List<TopicPartition> rollouts = topics.rollouts().partitionsOf(consumer);
            consumer.assign(rollouts);
            consumer.seekToBeginning(rollouts);
            final long start = System.nanoTime();
            for (int read = 0; read < groups; ) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(POLL)) {
                    producer.send(new ProducerRecord<>(topics.scored(name).name(), record.key(), record.value()));
                    read++;
                }
            }
            producer.flush();
            return groups / ((System.nanoTime() - start) / 1e9);
        }
    }

    /** A replay with a verifier that waits for a server, as plug-ins do. */
    private void waiting(final PreparedLog log, final Path folder) throws IOException {
        final Path plugins = Files.createDirectory(folder.resolve("plugins"));
        try (ZipOutputStream jar = new ZipOutputStream(Files.newOutputStream(plugins.resolve("waiting.jar")))) {
            jar.putNextEntry(new ZipEntry("META-INF/services/" + Verifier.class.getName()));
            jar.write(Waiting.class.getName().getBytes(StandardCharsets.UTF_8));
        }
        final Path rewards = folder.resolve("waiting.yaml");
        Files.writeString(
                rewards, "{name: waiting, version: 1, defaults: {verifier: waiting, weights: {accuracy: 1}}}");
        final RewardSet set = new RewardSetReader(new Verifiers(plugins, 10_000)).read(rewards);
        final double few = log.rescore("waiting-few", WAITING_GROUPS / 10, set);
        final double all = log.rescore("waiting", WAITING_GROUPS, set);
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
}

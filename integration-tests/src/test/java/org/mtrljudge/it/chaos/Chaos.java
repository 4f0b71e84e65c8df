package org.mtrljudge.it.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.Connections;

/**
 * Trains one run after the other on {@link ChaosCluster} while its processes are killed, paused, slowed down and starved of disk, and checks
 * after each run that nothing was lost and nothing happened twice. The exit code is 0 only if every check of every run passed.
 */
public final class Chaos {
    /** A stall is the time from one learned step to the next. It includes restarts and pauses that are longer than the session time-outs. */
    private static final Duration STALL_LIMIT = Duration.ofMinutes(5);

    private static final int STEPS = 40;
    private static final int BATCH = 12;

    private Chaos() {}

    /** @param arguments minutes, seed, work folder, and the small file system of the last broker if there is one */
    public static void main(final String[] arguments) throws Exception {
        final long minutes = Long.parseLong(arguments[0]);
        final long seed = Long.parseLong(arguments[1]);
        final Path folder = Path.of(arguments[2]).toAbsolutePath();
        final @Nullable Path smallDisk = arguments.length > 3 ? Path.of(arguments[3]) : null;
        final long until = System.nanoTime() + Duration.ofMinutes(minutes).toNanos();
        final SplittableRandom random = new SplittableRandom(seed);
        final List<String> wrong = new ArrayList<>();
        final Tally tally = new Tally();
        try (ChaosCluster cluster = new ChaosCluster(folder, new ChaosCluster.Size(2, 3, "700m", "300m"))) {
            cluster.start();
            for (int i = 1; i == 1 || System.nanoTime() < until; i++) {
                wrong.addAll(one(cluster, "chaos-" + i, random, smallDisk, until, tally));
            }
        }
        final long left = ProcessHandle.current()
                .descendants()
                .filter(ProcessHandle::isAlive)
                .count();
        if (left > 0) {
            wrong.add(left + " processes are left");
        }
        System.out.println("seed " + seed + ": " + tally);
        wrong.forEach(line -> System.out.println("WRONG: " + line));
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    private static List<String> one(
            final ChaosCluster cluster,
            final String name,
            final SplittableRandom random,
            final @Nullable Path smallDisk,
            final long until,
            final Tally tally)
            throws IOException, InterruptedException {
        final Path settings = Files.writeString(
                cluster.runs().resolveSibling(name + ".yaml"),
                "rollout: {n: 6, max_prompts: 4}\n"
                        + "data: {train_size: 400, validation_size: 1, test_size: 1, rollout_batch_size: " + BATCH
                        + "}\n"
                        + "actor: {global_batch_size: " + BATCH + "}\n"
                        + "sft: {steps: 0}\n"
                        + "trainer: {total_steps: " + STEPS + ", val_freq: 0, save_freq: 5}\n");
        System.out.println("run " + name);
        final ChaosRun run = new ChaosRun(cluster, name, settings, random, smallDisk, STALL_LIMIT);
        final List<String> wrong = new ArrayList<>();
        try {
            run.run(until);
        } finally {
            run.end().forEach(late -> wrong.add(late + " did not end within its limit after SIGTERM"));
            tally.add(run);
        }
        final Map<String, String> environment = cluster.environment(name, settings);
        final Connections connections = new Connections(
                new Connections.Broker(
                        0,
                        environment.get("JUDGE__BROKER__SCHEMA_REGISTRY_URL"),
                        60_000,
                        3,
                        2,
                        ChaosCluster.PARTITIONS),
                new Connections.WeightBus(null, 0),
                Map.of(Connections.BOOTSTRAP, cluster.bootstrap()),
                Map.of());
        final Topics topics = connections.topics(name);
        wrong.addAll(new ChaosChecks(
                        cluster.runs().resolve(name),
                        topics,
                        new KafkaClients(topics, connections.kafka()),
                        environment)
                .all());
        System.out.println("  " + (wrong.isEmpty() ? "sound" : String.join("; ", wrong)));
        return wrong;
    }

    /** The figures of all runs together. */
    private static final class Tally {
        private final Map<Disturbance, Integer> disturbances = new EnumMap<>(Disturbance.class);
        private final List<String> ownEnds = new ArrayList<>();
        private int runs;
        private int restarts;
        private long longestStallMs;

        void add(final ChaosRun run) {
            run.disturbances().forEach((what, times) -> disturbances.merge(what, times, Integer::sum));
            ownEnds.addAll(run.ownEnds());
            restarts += run.restarts();
            longestStallMs = Math.max(longestStallMs, run.longestStallMs());
            runs++;
        }

        @Override
        public String toString() {
            return runs + " runs, disturbances " + disturbances + ", " + restarts
                    + " restarts of services, longest stall " + longestStallMs / 1000
                    + " s, services that ended by themselves " + ownEnds;
        }
    }
}

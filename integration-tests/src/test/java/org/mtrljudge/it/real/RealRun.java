package org.mtrljudge.it.real;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import org.mtrljudge.it.LoggedValues;
import org.mtrljudge.it.SettledPrompts;
import org.mtrljudge.it.chaos.ChaosCluster;
import org.mtrljudge.it.chaos.Member;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.Connections;

/**
 * Trains a judge of real size with every service in a process of its own, and kills each process once. At the end every prompt must be
 * settled once, and none may be dead.
 */
public final class RealRun {
    private static final String RUN = "real";
    private static final long LOOK_MS = 500;
    private static final long STALL_LIMIT_MS = Duration.ofMinutes(20).toMillis();

    private final ChaosCluster cluster;
    private final List<Member> services;
    private final Path metrics;

    private RealRun(final ChaosCluster cluster, final Path settings) throws IOException {
        this.cluster = cluster;
        this.services = cluster.services(RUN, settings);
        this.metrics = cluster.runs().resolve(RUN).resolve("metrics.jsonl");
    }

    /** @param arguments the work folder and the settings file */
    public static void main(final String[] arguments) throws Exception {
        final Path settings = Path.of(arguments[1]).toAbsolutePath();
        final List<String> wrong = new ArrayList<>();
        try (ChaosCluster cluster =
                new ChaosCluster(Path.of(arguments[0]).toAbsolutePath(), new ChaosCluster.Size(1, 2, "1g", "600m"))) {
            cluster.start();
            final RealRun run = new RealRun(cluster, settings);
            try {
                run.run();
            } finally {
                run.end().forEach(late -> wrong.add(late + " did not end within its limit after SIGTERM"));
            }
            wrong.addAll(run.unsettled(settings));
        }
        wrong.forEach(line -> System.out.println("WRONG: " + line));
        System.exit(wrong.isEmpty() ? 0 : 1);
    }

    /** Kills a process after every other step, each once, and starts it again. */
    private void run() throws IOException, InterruptedException {
        final Member learner = services.get(0);
        for (final Member service : services) {
            service.start();
        }
        final Deque<Member> toKill = new ArrayDeque<>(services);
        toKill.addAll(cluster.infrastructure());
        long seen = 0;
        long nextKill = 2;
        long progressMs = System.currentTimeMillis();
        while (learner.exitCode() != 0) {
            Thread.sleep(LOOK_MS);
            for (final Member member : services) {
                if (member.exitCode() != 0) {
                    member.keepAlive();
                }
            }
            for (final Member member : cluster.infrastructure()) {
                member.keepAlive();
            }
            final long steps = steps();
            if (steps != seen) {
                System.out.printf("  step %d after %d s%n", steps, (System.currentTimeMillis() - progressMs) / 1000);
                seen = steps;
                progressMs = System.currentTimeMillis();
            } else if (System.currentTimeMillis() - progressMs > STALL_LIMIT_MS) {
                throw new IllegalStateException("no step was learned for " + STALL_LIMIT_MS / 60_000 + " minutes");
            }
            if (steps >= nextKill && !toKill.isEmpty()) {
                final Member member = toKill.remove();
                System.out.println("  SIGKILL " + member.name());
                member.kill();
                nextKill = steps + 2;
            }
        }
        if (!toKill.isEmpty()) {
            throw new IllegalStateException("the run ended before these were killed: "
                    + toKill.stream().map(Member::name).toList());
        }
    }

    /** The number of learned steps. */
    private long steps() throws IOException {
        if (!Files.exists(metrics)) {
            return 0;
        }
        try (var lines = Files.lines(metrics)) {
            return lines.filter(line -> line.startsWith("{\"phase\":\"rl\",\"step\"") && !line.contains("\"step\":0,"))
                    .count();
        }
    }

    private List<String> end() throws InterruptedException {
        final List<String> late = new ArrayList<>();
        for (final Member service : services) {
            if (!service.end(90)) {
                late.add(service.name());
            }
        }
        return late;
    }

    private List<String> unsettled(final Path settings) {
        final Map<String, String> environment = cluster.environment(RUN, settings);
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
        final Topics topics = connections.topics(RUN);
        final KafkaClients clients = new KafkaClients(topics, connections.kafka());
        final SettledPrompts prompts = SettledPrompts.of(clients, topics);
        final int dead = LoggedValues.read(clients, topics.deadLetters()).size();
        System.out.printf(
                "%d prompts asked, %d settled, %d dead, %d starts of services%n",
                prompts.asked().size(),
                prompts.settled().size(),
                dead,
                services.stream().mapToInt(Member::starts).sum());
        final List<String> wrong = new ArrayList<>(prompts.wrong());
        if (dead > 0) {
            wrong.add(dead + " dead letters");
        }
        return wrong;
    }
}

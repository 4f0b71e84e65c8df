package org.mtrljudge.it.chaos;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/** One run of the whole system, from its first prompt to its summary, while its processes are disturbed one or two at a time. */
final class ChaosRun {
    private static final long LOOK_MS = 200;
    private static final int STOP_S = 60;

    private final ChaosCluster cluster;
    private final SplittableRandom random;
    private final @Nullable Path smallDisk;
    private final Map<Disturbance, Integer> done = new EnumMap<>(Disturbance.class);
    private final List<Member> services;
    private final Path metrics;
    private final long stallLimitMs;
    private long longestStallMs;

    /** @param smallDisk the folder of the last broker if it is a small file system of its own, which may be filled */
    ChaosRun(
            final ChaosCluster cluster,
            final String run,
            final Path settings,
            final SplittableRandom random,
            final @Nullable Path smallDisk,
            final Duration stallLimit)
            throws IOException {
        this.cluster = cluster;
        this.random = random;
        this.smallDisk = smallDisk;
        this.services = cluster.services(run, settings);
        this.metrics = cluster.runs().resolve(run).resolve("metrics.jsonl");
        this.stallLimitMs = stallLimit.toMillis();
    }

    /**
     * Runs until the learner has ended well.
     *
     * @param disturbUntil the time (of {@link System#nanoTime}) after which nothing is disturbed any more
     * @throws IllegalStateException when no step was learned for longer than the limit
     */
    void run(final long disturbUntil) throws IOException, InterruptedException {
        final Member learner = services.get(0);
        for (final Member service : services) {
            service.start();
        }
        final List<CompletableFuture<Void>> running = new ArrayList<>();
        final Set<Member> busy = new LinkedHashSet<>();
        long progressAt = System.nanoTime();
        long steps = 0;
        long next = progressAt;
        while (learner.exitCode() != 0) {
            Thread.sleep(LOOK_MS);
            running.removeIf(ChaosRun::isOver);
            if (running.isEmpty()) {
                busy.clear();
            }
            for (final Member member : all()) {
                if (!busy.contains(member) && member.exitCode() != 0) {
                    member.keepAlive();
                }
            }
            final long now = System.nanoTime();
            final long learned = steps();
            if (learned > steps || learned < 0) {
                steps = learned;
                progressAt = now;
            }
            stalled((now - progressAt) / 1_000_000);
            if (now > next && now < disturbUntil && running.isEmpty() && steps > 0) {
                disturb(busy, running);
                next = now + random.nextInt(4000, 15_000) * 1_000_000L;
            }
        }
        CompletableFuture.allOf(running.toArray(CompletableFuture[]::new)).join();
    }

    private void stalled(final long ms) {
        longestStallMs = Math.max(longestStallMs, ms);
        if (ms > stallLimitMs) {
            throw new IllegalStateException("no step was learned for " + ms / 1000 + " s");
        }
    }

    private static boolean isOver(final CompletableFuture<Void> disturbance) {
        if (disturbance.isDone()) {
            disturbance.join();
            return true;
        }
        return false;
    }

    /** Disturbs one process, or two at once every third time. */
    private void disturb(final Set<Member> busy, final List<CompletableFuture<Void>> running) {
        final List<Member> all = all();
        final int count = random.nextInt(3) == 0 ? 2 : 1;
        while (busy.size() < count) {
            busy.add(all.get(random.nextInt(all.size())));
        }
        for (final Member member : busy) {
            final Disturbance what = Disturbance.any(random);
            final SplittableRandom own = random.split();
            System.out.println("  " + what + " " + member.name());
            running.add(CompletableFuture.runAsync(() -> apply(what, member, own)));
        }
    }

    private void apply(final Disturbance what, final Member member, final SplittableRandom own) {
        try {
            if (what != Disturbance.FULL_DISK) {
                what.apply(member, own);
                count(what);
            } else if (smallDisk != null) {
                final Member broker = cluster.infrastructure().get(ChaosBroker.BROKERS - 1);
                Disturbance.fill(broker, smallDisk);
                count(what);
            } else {
                Disturbance.KILL.apply(member, own);
                count(Disturbance.KILL);
            }
        } catch (final IOException | InterruptedException e) {
            throw new CompletionException(e);
        }
    }

    private synchronized void count(final Disturbance what) {
        done.merge(what, 1, Integer::sum);
    }

    private List<Member> all() {
        final List<Member> all = new ArrayList<>(cluster.infrastructure());
        all.addAll(services);
        return all;
    }

    private long steps() throws IOException {
        if (!Files.exists(metrics)) {
            return 0;
        }
        try (var lines = Files.lines(metrics)) {
            return lines.count();
        }
    }

    /** Ends rewards and actors by SIGTERM, and returns the names of those that did not end within the limit. */
    List<String> end() throws InterruptedException {
        final List<String> late = new ArrayList<>();
        for (final Member service : services) {
            if (!service.end(STOP_S)) {
                late.add(service.name());
            }
        }
        return late;
    }

    /** What was done, how often. */
    synchronized Map<Disturbance, Integer> disturbances() {
        return new EnumMap<>(done);
    }

    long longestStallMs() {
        return longestStallMs;
    }

    int restarts() {
        return services.stream().mapToInt(service -> service.starts() - 1).sum();
    }

    /** The services that ended by themselves, with how often. */
    List<String> ownEnds() {
        return services.stream()
                .filter(service -> service.ownEnds() > 0)
                .map(service -> service.name() + " " + service.ownEnds() + " ×")
                .toList();
    }
}

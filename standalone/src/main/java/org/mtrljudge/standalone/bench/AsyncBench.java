package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.report.Curves;
import org.mtrljudge.learner.report.MetricsLog;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;

/**
 * Runs an actor and a learner as two processes, on one core each. Measures the time for the same number of steps with
 * {@code trainer.max_staleness} 0, 1 and 2, and the reward curves.
 */
public final class AsyncBench {
    private static final int[] STALENESS = {0, 1, 2};
    private static final long LOOK_EVERY_NS = 100_000_000;

    private final JudgeChild.Launcher judge;
    private final int steps;
    private final int learnerCore;
    private final int actorCore;
    private final PrintStream out;

    /** @param steps RL steps per run */
    public AsyncBench(
            final JudgeChild.Launcher judge,
            final int steps,
            final int learnerCore,
            final int actorCore,
            final PrintStream out) {
        this.judge = judge;
        this.steps = steps;
        this.learnerCore = learnerCore;
        this.actorCore = actorCore;
        this.out = out;
    }

    /** The measurements of one run. */
    private record Figure(
            double seconds, double learnSeconds, double generateSeconds, double stale, double rewardAtEnd) {}

    /**
     * Runs the measurements and prints them.
     *
     * @param kept the folder in which the runs are kept; null: they are deleted
     */
    public void run(final @Nullable Path kept) throws IOException {
        final Path runs = kept == null ? Files.createTempDirectory("judge-async") : Files.createDirectories(kept);
        try {
            final Path log = runs.resolve("out");
            try (JudgeChild warmUp = judge.start("", log.toFile(), warmUp(runs))) {
                check(warmUp, log);
            }
            final Map<String, SortedMap<Integer, Map<String, Double>>> curves = new LinkedHashMap<>();
            final Map<Integer, Figure> figures = new LinkedHashMap<>();
            for (final int staleness : STALENESS) {
                figures.put(staleness, measure(runs, staleness, log, curves));
            }
            print(figures);
            final Path picture = runs.resolve("reward");
            if (kept != null && Curves.compare("reward/overall", curves, picture)) {
                out.println("see " + picture + ".png");
            }
        } finally {
            if (kept == null) {
                Folders.delete(runs);
            }
        }
    }

    private static List<String> warmUp(final Path runs) {
        return List.of("sft", "--run=warmup", "--runs=" + runs, "--set=sft.steps=100", "--set=data.test_size=1");
    }

    private Figure measure(
            final Path runs,
            final int staleness,
            final Path log,
            final Map<String, SortedMap<Integer, Map<String, Double>>> curves)
            throws IOException {
        final String name = "staleness-" + staleness;
        final Path folder = runs.resolve(name);
        try (JudgeChild learner =
                judge.start(String.valueOf(learnerCore), log.toFile(), learner(runs, name, staleness))) {
            while (!Files.exists(folder.resolve("kafka").resolve("bootstrap.servers"))) {
                if (!learner.isAlive()) {
                    throw new RunException("the learner ended: " + Files.readString(log), null);
                }
                LockSupport.parkNanos(LOOK_EVERY_NS);
            }
            try (JudgeChild actor = judge.start(
                    String.valueOf(actorCore),
                    runs.resolve("actor").toFile(),
                    List.of("actor", "--run=" + name, "--runs=" + runs))) {
                check(learner, log);
            }
        }
        final SortedMap<Integer, Map<String, Double>> rl =
                new MetricsLog(folder.resolve("metrics.jsonl"), new Quiet()).rlSteps();
        curves.put("max_staleness " + staleness, rl);
        final JsonNode summary =
                Mappers.JSON.readTree(folder.resolve("summary.json").toFile());
        return new Figure(
                summary.at("/seconds_by_phase/rl").asDouble(),
                summary.at("/rl/learn_seconds").asDouble(),
                summary.at("/rl/generate_seconds").asDouble(),
                rl.values().stream()
                        .mapToDouble(m -> m.getOrDefault("staleness/mean", 0.0))
                        .average()
                        .orElse(0),
                rl.tailMap(steps - 9).values().stream()
                        .mapToDouble(m -> m.getOrDefault("reward/overall", 0.0))
                        .average()
                        .orElse(0));
    }

    /** The quickstart after its warm-up. The actor takes few prompts at once, so that both sides have about the same load. */
    private List<String> learner(final Path runs, final String name, final int staleness) {
        return new ArrayList<>(List.of(
                "train",
                "--run=" + name,
                "--runs=" + runs,
                "--set=model=" + runs.resolve("warmup").resolve("checkpoints").resolve(Stage.WARMUP.key()),
                "--set=rollout.actors=0",
                "--set=trainer.max_staleness=" + staleness,
                "--set=trainer.total_steps=" + steps,
                "--set=trainer.val_freq=0",
                "--set=trainer.save_freq=0",
                "--set=data.test_size=1",
                "--set=rollout.max_prompts=4",
                "--set=sft.steps=0"));
    }

    private static void check(final JudgeChild child, final Path log) throws IOException {
        if (child.await() != 0) {
            throw new RunException("a process of the benchmark failed: " + Files.readString(log), null);
        }
    }

    private void print(final Map<Integer, Figure> figures) {
        final double synchronous = Objects.requireNonNull(figures.get(STALENESS[0])).seconds;
        out.printf("%d steps, an actor and a learner on one core each%n", steps);
        out.printf(
                "  %-13s %9s %9s %14s %13s %15s %22s%n",
                "max_staleness",
                "seconds",
                "speed-up",
                "learner worked",
                "actor worked",
                "mean staleness",
                "reward, last 10 steps");
        figures.forEach((staleness, f) -> out.printf(
                Locale.ROOT,
                "  %-13d %9.1f %8.2fx %13.1fs %12.1fs %15.2f %22.3f%n",
                staleness,
                f.seconds,
                synchronous / f.seconds,
                f.learnSeconds,
                f.generateSeconds,
                f.stale,
                f.rewardAtEnd));
    }
}

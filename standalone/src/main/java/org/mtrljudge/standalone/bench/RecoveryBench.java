package org.mtrljudge.standalone.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.run.StartTimes;

/** Kills a run with SIGKILL and measures the time from {@code --resume} to its first new step. */
public final class RecoveryBench {
    private static final int TOTAL_STEPS = 200;
    private static final long LOOK_EVERY_NS = 20_000_000;
    private static final double BAR_SECONDS = 10;

    private final JudgeChild.Launcher judge;
    private final PrintStream out;

    public RecoveryBench(final JudgeChild.Launcher judge, final PrintStream out) {
        this.judge = judge;
        this.out = out;
    }

    /** @param kills the number of times that the run is killed */
    public void run(final int kills) throws IOException {
        final Path runs = Files.createTempDirectory("judge-recovery");
        final Path metrics = runs.resolve("run").resolve("metrics.jsonl");
        try {
            double worst = 0;
            for (int kill = 0; kill <= kills; kill++) {
                final long before = rlSteps(metrics);
                final long start = System.nanoTime();
                try (JudgeChild run = judge.start("", runs.resolve("out").toFile(), arguments(runs, kill))) {
                    waitFor(run, metrics, before + 1, runs);
                    final double seconds = (System.nanoTime() - start) / 1e9;
                    if (kill > 0) {
                        worst = Math.max(worst, seconds);
                        out.printf(
                                Locale.ROOT,
                                "killed after step %d; step %d was done %.1f s after --resume%n",
                                before - 1,
                                before,
                                seconds);
                        out.println("  " + lastStart(runs.resolve("run").resolve("judge.log")));
                    }
                    // the step varies, so that kills happen at different distances from a checkpoint
                    waitFor(run, metrics, before + 2 + 3L * kill % 5, runs);
                }
            }
            out.printf(Locale.ROOT, "slowest recovery %.1f s (limit: %.0f s)%n", worst, BAR_SECONDS);
        } finally {
            Folders.delete(runs);
        }
    }

    private static List<String> arguments(final Path runs, final int kill) {
        return kill > 0
                ? List.of("train", "--resume=run", "--runs=" + runs)
                : List.of(
                        "train",
                        "--run=run",
                        "--runs=" + runs,
                        "--set=trainer.total_steps=" + TOTAL_STEPS,
                        "--set=data.test_size=1",
                        "--set=data.validation_size=0",
                        "--set=sft.steps=20");
    }

    private static void waitFor(final JudgeChild run, final Path metrics, final long steps, final Path runs)
            throws IOException {
        while (rlSteps(metrics) < steps) {
            if (!run.isAlive()) {
                throw new RunException("the run ended: " + Files.readString(runs.resolve("out")), null);
            }
            LockSupport.parkNanos(LOOK_EVERY_NS);
        }
    }

    /** Where the time went until the services of the newest start worked. */
    private static String lastStart(final Path log) throws IOException {
        return Files.readString(log)
                .lines()
                .map(line -> line.substring(Math.max(0, line.indexOf(StartTimes.BEGIN))))
                .filter(line -> line.startsWith(StartTimes.BEGIN))
                .reduce("", (earlier, later) -> later);
    }

    private static long rlSteps(final Path metrics) throws IOException {
        if (!Files.exists(metrics)) {
            return 0;
        }
        return Files.readString(metrics)
                .lines()
                .filter(line -> line.startsWith("{\"phase\":\"rl\""))
                .count();
    }
}

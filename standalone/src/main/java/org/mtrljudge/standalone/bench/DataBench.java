package org.mtrljudge.standalone.bench;

import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import org.mtrljudge.settings.io.Folders;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.builtin.BuiltInTasks;
import org.mtrljudge.tasks.source.JsonlData;

/** Makes a large data file with pictures, and measures how long its index takes, and a run with it to its first step. */
public final class DataBench {
    private static final int PICTURES = 1000;
    private static final int TESTED = 8;
    private static final long LOOK_EVERY_NS = 20_000_000;
    private static final double BAR_SECONDS = 15;

    private final JudgeChild.Launcher judge;
    private final PrintStream out;

    /** @param judge starts the run with the heap that is measured */
    public DataBench(final JudgeChild.Launcher judge, final PrintStream out) {
        this.judge = judge;
        this.out = out;
    }

    /**
     * @param rows the number of lines of the file
     * @param starts the number of runs that are started with it
     */
    public void run(final int rows, final int starts) throws IOException {
        final Path folder = Files.createTempDirectory("judge-data");
        try {
            final Path file = write(folder, rows);
            out.printf(Locale.ROOT, "%,d rows with pictures, %,d MB%n", rows, Files.size(file) >> 20);
            final long start = System.nanoTime();
            final JsonlData data = JsonlData.read(file);
            out.printf(
                    Locale.ROOT,
                    "read, checked and indexed in %.1f s: %,d training examples%n",
                    (System.nanoTime() - start) / 1e9,
                    data.tasks(Split.TRAIN).stream()
                            .mapToInt(task -> data.size(task, Split.TRAIN))
                            .sum());
            for (int i = 0; i < starts; i++) {
                out.printf(
                        Locale.ROOT,
                        "heap %s: %.1f s from the start of ./judge train to its first learned step (limit: %.0f s to its"
                                + " first prompt)%n",
                        judge.heap(),
                        secondsToFirstStep(folder, file, i),
                        BAR_SECONDS);
            }
        } finally {
            Folders.delete(folder);
        }
    }

    /** Half of the rows belong to a task that asks every question in two orders. */
    private static Path write(final Path folder, final int rows) throws IOException {
        final BuiltInTasks scenes = new BuiltInTasks(1, PICTURES, 1, 1);
        Files.createDirectories(folder.resolve("images"));
        for (int i = 0; i < PICTURES; i++) {
            Files.write(
                    folder.resolve("images/" + i + ".png"),
                    scenes.example("alignment", Split.TRAIN, i).pictures().get(0));
        }
        final Path file = folder.resolve("data.jsonl");
        try (BufferedWriter lines = Files.newBufferedWriter(file)) {
            for (int i = 0; i < rows; i++) {
                final boolean paired = i % 4 < 2;
                final String split = i < 4 * TESTED ? "test" : i < 8 * TESTED ? "validation" : "train";
                lines.write("{\"task\":\"" + (paired ? "pair" : "plain") + "\",\"split\":\"" + split
                        + "\",\"prompt\":\"<image>\\nIs this picture right? Case " + i
                        + ".\",\"images\":[\"images/" + i % PICTURES + ".png\"],\"answer\":\""
                        + (i % 2 == 0 ? "yes" : "no") + (paired ? "\",\"pair\":\"" + i / 4 : "") + "\"}\n");
            }
        }
        return file;
    }

    private double secondsToFirstStep(final Path folder, final Path file, final int number) throws IOException {
        final Path metrics = folder.resolve("run-" + number).resolve("metrics.jsonl");
        final Path log = folder.resolve("out-" + number);
        final long start = System.nanoTime();
        try (JudgeChild run = judge.start(
                "",
                log.toFile(),
                List.of(
                        "train",
                        "--run=run-" + number,
                        "--runs=" + folder,
                        "--data=" + file,
                        // whole policies need more heap than the data
                        "--set=actor.model.lora.rank=8",
                        "--set=trainer.test_before_train=false",
                        "--set=trainer.val_freq=0",
                        "--set=trainer.total_steps=100"))) {
            while (!Files.exists(metrics) || Files.readString(metrics).isEmpty()) {
                if (!run.isAlive()) {
                    throw new RunException("the run ended: " + Files.readString(log), null);
                }
                LockSupport.parkNanos(LOOK_EVERY_NS);
            }
        }
        return (System.nanoTime() - start) / 1e9;
    }
}

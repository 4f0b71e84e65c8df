package org.mtrljudge.cli;

import java.io.PrintStream;
import java.time.Clock;
import java.util.Locale;
import java.util.Map;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.TrainingListener;

/** Shows the progress of a run: as a bar on a terminal, elsewhere as one line every few seconds. */
final class Progress implements TrainingListener {
    private static final long LINE_EVERY_MS = 10_000;
    private final boolean terminal;
    private final PrintStream out;
    private final Clock clock;
    private @Nullable ProgressBar bar;
    private String message = "";
    private int total;
    private long startMs;
    private long lastLineMs;

    Progress(final boolean terminal, final PrintStream out, final Clock clock) {
        this.terminal = terminal;
        this.out = out;
        this.clock = clock;
    }

    /** Writes to standard output, with a bar if the launcher found a terminal. */
    static Progress onStandardOutput() {
        return new Progress(Boolean.getBoolean("judge.terminal"), System.out, Clock.systemUTC());
    }

    @Override
    public void phaseStarted(final String phase, final int steps) {
        total = steps;
        message = "";
        startMs = clock.millis();
        lastLineMs = startMs;
        if (terminal) {
            bar = new ProgressBarBuilder()
                    .setTaskName(String.format("%-12s", phase))
                    .setInitialMax(steps)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUpdateIntervalMillis(500)
                    .build();
        } else {
            out.println(phase + ": " + steps + " " + unit(phase));
        }
    }

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
        message = metrics.isEmpty() ? message : describe(metrics) + " ";
        if (bar != null) {
            bar.stepTo(done);
            bar.setExtraMessage(message);
        } else if (clock.millis() - lastLineMs >= LINE_EVERY_MS) {
            lastLineMs = clock.millis();
            final long elapsed = clock.millis() - startMs;
            final long left = done == 0 ? 0 : elapsed * (total - done) / done / 1000;
            out.printf(Locale.ROOT, "%s: %d of %d, %sabout %d s left%n", phase, done, total, message, left);
        }
    }

    private static String unit(final String phase) {
        if (phase.equals("replay")) {
            return "groups";
        }
        return phase.startsWith("test") || phase.equals("evaluation") ? "prompts" : "steps";
    }

    private static String describe(final Map<String, Double> metrics) {
        final Double loss = metrics.get("sft/loss");
        if (loss != null) {
            return String.format(Locale.ROOT, "loss %.3f", loss);
        }
        if (!metrics.containsKey("reward/overall")) {
            return String.format(Locale.ROOT, "validation %.1f", metrics.getOrDefault("val/mean_score", 0.0));
        }
        final Double staleness = metrics.get("staleness/mean");
        return String.format(
                Locale.ROOT,
                "reward %.3f format %.2f%s",
                metrics.getOrDefault("reward/overall", 0.0),
                metrics.getOrDefault("reward/format", 0.0),
                staleness == null ? "" : String.format(Locale.ROOT, " staleness %.1f", staleness));
    }

    @Override
    public void phaseEnded(final String phase) {
        if (bar != null) {
            bar.close();
            bar = null;
        } else {
            out.printf(Locale.ROOT, "%s: done in %d s%n", phase, (clock.millis() - startMs) / 1000);
        }
    }

    @Override
    public void noted(final String note) {
        out.println(note);
    }

    @Override
    public void warned(final String warning) {
        out.println((terminal ? "\n" : "") + "warning: " + warning);
    }
}

package org.mtrljudge.learner.report;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Clock;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;

/** The files that a learner leaves in the folder of its run: {@code metrics.jsonl}, {@code summary.json}, curves, and the card of the model. */
public final class RunReport {
    private static final String TENSORBOARD = "tensorboard";
    private final Path folder;
    private final LearnerSection run;
    private final MetricsLog metrics;
    private final long start = System.nanoTime();

    /**
     * Continues an existing metrics file.
     *
     * @param run the settings; {@code trainer.logger} names the trackers that receive the metrics too: tensorboard, under
     *     {@code tensorboard/}
     * @param next receives every event after this report
     */
    public RunReport(final Path folder, final LearnerSection run, final TrainingListener next) {
        this.folder = folder;
        this.run = run;
        final TensorBoardLog tensorBoard = run.settings().trainer().logger().contains(TENSORBOARD)
                ? new TensorBoardLog(folder.resolve(TENSORBOARD), Clock.systemUTC())
                : null;
        this.metrics = new MetricsLog(folder.resolve("metrics.jsonl"), tensorBoard, next);
    }

    /** The listener for the learner. */
    public TrainingListener listener() {
        return metrics;
    }

    /** Writes the summary, the card of the trained model and the curves. Returns the table for people. */
    public String finish(final TrainingResult result) {
        final Summary summary = new Summary(result, (System.nanoTime() - start) / 1e9);
        try {
            WholeFile.write(
                    folder.resolve("summary.json"),
                    Mappers.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(summary.toMap()) + "\n");
        } catch (final IOException e) {
            throw new UncheckedIOException(folder.resolve("summary.json") + " cannot be written: " + e, e);
        }
        new ModelCard(result, run).write(folder.resolve("checkpoints"));
        final boolean drawn = Curves.draw(metrics.rlSteps(), folder);
        return summary.toTable()
                + (drawn
                        ? ""
                        : "no curves were drawn, because this JDK finds no fonts: install fontconfig and a font\n");
    }
}

package org.mtrljudge.standalone.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.CellFigures;
import org.mtrljudge.standalone.experiment.report.ExperimentReport;
import org.mtrljudge.standalone.experiment.report.ReportWriter;
import org.mtrljudge.standalone.run.RunSettings;

/** The report of an experiment: written from the figures of its runs, and compared with the topics of its runs. */
public final class ExperimentResults {
    private final ExperimentRuns experiment;
    private final CellSettings settings;
    private final Path file;

    public ExperimentResults(final ExperimentRuns experiment, final CellSettings settings) {
        this.experiment = experiment;
        this.settings = settings;
        this.file = settings.folder().resolve("report.json");
    }

    /** Writes the report of the runs that are done. */
    public ExperimentReport write() throws IOException {
        return write(experiment.done());
    }

    private ExperimentReport write(final Map<Cell, CellFigures> figures) throws IOException {
        final ExperimentReport report = experiment.report(figures);
        new ReportWriter(settings.folder())
                .write(report, String.valueOf(settings.folder().getFileName()), rewards(settings.shared()));
        return report;
    }

    private static String rewards(final RunSettings shared) {
        final String set = shared.rewarding().reward().file() == null
                ? "Reward of every task: (1 − α) · accuracy + α · format, α = "
                        + shared.rewarding().reward().formatWeight()
                : "Rewards: " + shared.rewarding().reward().file();
        return set
                + "; advantages are normalised within a prompt's group, so tasks are balanced by how often they are asked: "
                + "data.mixing is " + shared.data().mixing() + ", task weights "
                + shared.data().taskWeights() + ".";
    }

    /**
     * The numbers of a report, computed again from the topics.
     *
     * @param runs the number of runs that are done
     * @param different the runs whose topics have other numbers than their kept figures
     * @param written the report, if none existed; null: one existed
     * @param sameReport whether the existing report has the same numbers; true if none existed
     */
    public record Recomputed(
            int runs, List<Cell> different, @Nullable ExperimentReport written, boolean sameReport) {
        public boolean same() {
            return sameReport && different.isEmpty();
        }
    }

    /**
     * Reads the topics of the runs that are done again. Writes the report if none exists.
     *
     * @throws UsageException when no run is done
     */
    public Recomputed recompute() throws IOException {
        final Map<Cell, CellFigures> kept = experiment.done();
        if (kept.isEmpty()) {
            throw new UsageException(
                    settings.folder() + " has no run that is done: run the experiment first, without --recompute");
        }
        final Map<Cell, CellFigures> anew = new LinkedHashMap<>();
        final List<Cell> different = new ArrayList<>();
        kept.forEach((cell, figures) -> {
            final CellFigures read = experiment.read(cell);
            anew.put(cell, read);
            if (!read.equals(figures)) {
                different.add(cell);
            }
        });
        if (!Files.isRegularFile(file)) {
            return new Recomputed(kept.size(), different, write(anew), true);
        }
        final boolean same = Files.readString(file).equals(ReportWriter.json(experiment.report(anew)));
        return new Recomputed(kept.size(), different, null, same);
    }

    /** The file with all numbers. */
    public Path file() {
        return file;
    }
}

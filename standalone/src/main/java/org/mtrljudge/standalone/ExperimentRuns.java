package org.mtrljudge.standalone;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.TrainingListener;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.experiment.Cell;
import org.mtrljudge.standalone.experiment.CellFigures;
import org.mtrljudge.standalone.experiment.CellReader;
import org.mtrljudge.standalone.experiment.ExperimentReport;
import org.mtrljudge.standalone.experiment.ReportBuilder;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/** The runs of an experiment: a folder each, as {@code ./judge train} makes it. One that was stopped goes on where it was. */
final class ExperimentRuns {
    private static final String FIGURES = "figures.json";

    private final CellSettings settings;
    private final ExampleSource source;
    private final List<Cell> cells;
    private final CellReader reader;

    ExperimentRuns(final CellSettings settings) {
        this.settings = settings;
        this.source = settings.shared().data().source();
        this.cells = settings.preset().cells(source.tasks(Split.TRAIN));
        cells.forEach(settings::of); // finds what is wrong before the first begins
        if (settings.shared().kafka().containsKey("bootstrap.servers")) {
            throw new UsageException(
                    "an experiment keeps each run's log in the run's folder, so that two experiments never meet on"
                            + " one broker: leave kafka.bootstrap.servers out");
        }
        this.reader = new CellReader(source);
    }

    List<Cell> cells() {
        return cells;
    }

    /** A report of the runs with these figures. */
    ExperimentReport report(final Map<Cell, CellFigures> figures) {
        return new ReportBuilder(
                        settings.preset(),
                        cells.size(),
                        source.tasks(Split.TRAIN),
                        source.tasks(Split.TEST),
                        settings.shared().learner().data().rolloutBatchSize(),
                        figures)
                .build();
    }

    boolean isDone(final Cell cell) {
        return Files.isRegularFile(settings.folder().resolve(cell.name()).resolve(FIGURES));
    }

    /** Trains and tests, then reads what the topics say. */
    void run(final Cell cell, final TrainingListener listener) {
        final RunSettings own = settings.of(cell);
        final RunExecution execution = new RunExecution(own, null);
        final RunDirectory directory = begun(cell, own)
                ? RunDirectory.open(settings.folder(), cell.name())
                : execution.create(settings.folder(), cell.name(), Origin.NEW);
        execution.train(directory, listener);
        write(directory.path().resolve(FIGURES), read(cell));
    }

    private boolean begun(final Cell cell, final RunSettings own) {
        final Path written = settings.folder().resolve(cell.name()).resolve("settings.yaml");
        if (!Files.isRegularFile(written)) {
            return false;
        }
        if (!RunSettings.read(written, List.of())
                .tree()
                .digest()
                .equals(own.tree().digest())) {
            throw new UsageException(
                    written.getParent() + " was begun with other settings: finish it with those, or begin"
                            + " another experiment with --name");
        }
        return true;
    }

    /** What a run's topics say of it. */
    CellFigures read(final Cell cell) {
        final RunDirectory directory = RunDirectory.open(settings.folder(), cell.name());
        final RunSettings own = RunSettings.read(directory.settings(), List.of());
        final Topics topics = own.connections().topics(directory.run());
        try (EmbeddedBroker broker = EmbeddedBroker.of(own.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            return reader.read(broker.clients(topics));
        }
    }

    /** What was read when the runs were done. */
    Map<Cell, CellFigures> done() {
        final Map<Cell, CellFigures> figures = new LinkedHashMap<>();
        cells.stream().filter(this::isDone).forEach(cell -> {
            final Path file = settings.folder().resolve(cell.name()).resolve(FIGURES);
            try {
                figures.put(cell, Mappers.JSON.readValue(file.toFile(), CellFigures.class));
            } catch (final IOException e) {
                throw new RunException(file + " cannot be read, delete it to make it again: " + e.getMessage(), e);
            }
        });
        return figures;
    }

    private static void write(final Path file, final CellFigures figures) {
        try {
            WholeFile.write(file, Mappers.JSON.writeValueAsString(figures));
        } catch (final IOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}

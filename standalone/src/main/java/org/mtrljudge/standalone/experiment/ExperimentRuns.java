package org.mtrljudge.standalone.experiment;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.CellFigures;
import org.mtrljudge.standalone.experiment.report.ExperimentReport;
import org.mtrljudge.standalone.experiment.report.Method;
import org.mtrljudge.standalone.experiment.report.ReportBuilder;
import org.mtrljudge.standalone.run.Origin;
import org.mtrljudge.standalone.run.RightAnswers;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunExecution;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.VerdictType;

/** The runs of an experiment. Each run has a folder, as from {@code ./judge train}. A stopped run continues from its checkpoint. */
public final class ExperimentRuns {
    private static final String FIGURES = "figures.json";

    private final CellSettings settings;
    private final ExampleSource source;
    private final List<Cell> cells;
    private final CellReader reader;

    public ExperimentRuns(final CellSettings settings) {
        this.settings = settings;
        this.source = settings.shared().data().source();
        source.tasks(Split.TEST).forEach(this::needsLabels);
        this.cells = settings.preset().cells(source.tasks(Split.TRAIN));
        // finds wrong settings before the first run starts
        cells.forEach(settings::of);
        if (settings.shared().kafka().containsKey("bootstrap.servers")) {
            throw new UsageException(
                    "an experiment keeps the log of each run in the folder of the run, so that two experiments never share"
                            + " a broker: omit kafka.bootstrap.servers");
        }
        this.reader = new CellReader(source);
    }

    private void needsLabels(final String task) {
        final VerdictType type = source.example(task, Split.TEST, 0).verdictType();
        if (!(type instanceof Label || type instanceof Pair)) {
            throw new UsageException("an experiment compares macro-F1 of labels, but a verdict of task " + task + " is "
                    + type.allowed());
        }
    }

    public List<Cell> cells() {
        return cells;
    }

    /** The report of the runs with these figures. */
    public ExperimentReport report(final Map<Cell, CellFigures> figures) {
        return new ReportBuilder(
                        settings.preset(),
                        cells.size(),
                        source.tasks(Split.TRAIN),
                        source.tasks(Split.TEST),
                        settings.shared().learner().data().rolloutBatchSize(),
                        figures)
                .build();
    }

    public boolean isDone(final Cell cell) {
        return Files.isRegularFile(settings.folder().resolve(cell.name()).resolve(FIGURES));
    }

    /** Trains and tests, then reads the figures from the topics. */
    public void run(final Cell cell, final TrainingListener listener) {
        final RunSettings own = settings.of(cell);
        if (cell.method() == Method.SFT_REASONED) {
            writeAnswers(cell);
        }
        final RunExecution execution = new RunExecution(own, null);
        final RunDirectory directory = begun(cell, own)
                ? RunDirectory.open(settings.folder(), cell.name())
                : execution.create(settings.folder(), cell.name(), Origin.NEW);
        execution.train(directory, listener);
        write(directory.path().resolve(FIGURES), read(cell));
    }

    /** The log of the RL run of this seed gives the demonstrations, once: a run that was stopped continues with the same ones. */
    private void writeAnswers(final Cell cell) {
        final Path file = settings.answers(cell);
        if (Files.exists(file)) {
            return;
        }
        final Cell learned = new Cell(Method.MT_RL_JUDGE, null, cell.seed());
        final RightAnswers answers =
                new RightAnswers(settings.of(learned).data().source());
        onTopics(learned, clients -> {
            answers.read(clients);
            return answers.write(file);
        });
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
                    written.getParent() + " was started with other settings: finish it with those settings, or start"
                            + " another experiment with --name");
        }
        return true;
    }

    /** Reads the figures of a run from its topics. */
    public CellFigures read(final Cell cell) {
        return onTopics(cell, reader::read);
    }

    private <T> T onTopics(final Cell cell, final Function<KafkaClients, T> read) {
        final RunDirectory directory = RunDirectory.open(settings.folder(), cell.name());
        final RunSettings own = RunSettings.read(directory.settings(), List.of());
        final Topics topics = own.connections().topics(directory.run());
        try (EmbeddedBroker broker =
                EmbeddedBroker.of(own.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            return read.apply(broker.clients(topics));
        }
    }

    /** The figures of the finished runs, as they were read at the end of each run. */
    public Map<Cell, CellFigures> done() {
        final Map<Cell, CellFigures> figures = new LinkedHashMap<>();
        cells.stream().filter(this::isDone).forEach(cell -> {
            final Path file = settings.folder().resolve(cell.name()).resolve(FIGURES);
            try {
                figures.put(cell, checked(Mappers.read(file, CellFigures.class)));
            } catch (final IOException e) {
                throw new RunException(file + " cannot be read; delete it, and it is made again: " + e.getMessage(), e);
            }
        });
        return figures;
    }

    /** @throws IOException when the file that was read has no test of a task, so that no report can be made of it */
    private CellFigures checked(final CellFigures read) throws IOException {
        for (final String task : source.tasks(Split.TEST)) {
            if (read.tests().values().stream().anyMatch(tests -> tests == null || tests.get(task) == null)) {
                throw new IOException("it has no test of the task " + task);
            }
        }
        return read;
    }

    private static void write(final Path file, final CellFigures figures) {
        try {
            WholeFile.write(file, Mappers.JSON.writeValueAsString(figures));
        } catch (final IOException e) {
            throw new RunException(file + " cannot be written: " + e.getMessage(), e);
        }
    }
}

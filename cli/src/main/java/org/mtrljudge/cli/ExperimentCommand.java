package org.mtrljudge.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.experiment.CellSettings;
import org.mtrljudge.standalone.experiment.ExperimentPlan;
import org.mtrljudge.standalone.experiment.ExperimentRuns;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.CellFigures;
import org.mtrljudge.standalone.experiment.report.ExperimentReport;
import org.mtrljudge.standalone.experiment.report.Preset;
import org.mtrljudge.standalone.experiment.report.ReportWriter;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "experiment",
        description =
                "Runs the experiment of the paper: every method on every task, repeated with other seeds, and one report of all runs."
                        + " After a stop, the same command continues the experiment: it keeps the runs that are done, and continues the"
                        + " run that was stopped.")
final class ExperimentCommand implements Callable<Integer> {
    private static final String REPORT = "report.json";
    private static final String MADE_OF = "experiment.yaml";
    private static final String SMALL = "small";

    @Option(
            names = "--preset",
            paramLabel = "small|paper|FILE",
            description = "the methods' settings and seeds (default: those that the experiment started with, or small)")
    private @Nullable String preset;

    @Option(names = "--name", description = "name of the experiment's folder (default: experiment-PRESET)")
    private @Nullable String name;

    @Option(
            names = "--runs",
            paramLabel = "DIR",
            description = "where the experiment's folder is kept (default: ${DEFAULT-VALUE})")
    private Path runs = Path.of("runs");

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting of all runs; it overrides the preset")
    private List<String> overrides = new ArrayList<>();

    @Option(names = "--dry-run", description = "prints the plan with its tokens and memory, and runs nothing")
    private boolean dryRun;

    @Option(
            names = "--recompute",
            description =
                    "computes every number of the report again from the topics of the runs that are done, and says whether the numbers"
                            + " are the same. Exit code 1: they differ")
    private boolean recompute;

    @Override
    public Integer call() throws IOException {
        final Path path = runs.resolve(folder());
        final CellSettings settings = new CellSettings(made(path.resolve(MADE_OF)), path);
        if (dryRun) {
            System.out.print(new ExperimentPlan(settings).toText());
            return 0;
        }
        final ExperimentRuns experiment = new ExperimentRuns(settings);
        if (recompute) {
            return recompute(experiment, settings);
        }
        Files.createDirectories(path);
        WholeFile.write(path.resolve(MADE_OF), settings.preset().write());
        System.out.println("experiment " + path + ": " + experiment.cells().size() + " runs");
        carryOut(experiment);
        report(experiment, settings, experiment.done());
        return 0;
    }

    private String folder() {
        final Path stem = Path.of(preset == null ? SMALL : preset).getFileName();
        try {
            return Topics.checkedName(
                    name != null ? name : "experiment-" + String.valueOf(stem).replaceFirst("\\.ya?ml$", ""));
        } catch (final IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + ": choose another name with --name");
        }
    }

    /** The preset that the options name, or else the preset with which the experiment started. Where both exist, they must agree. */
    private Preset made(final Path file) {
        final boolean begun = Files.isRegularFile(file);
        if (begun && preset == null && overrides.isEmpty()) {
            return Preset.named(file.toString());
        }
        final Preset wanted = Preset.named(preset == null ? SMALL : preset).with(overrides);
        if (begun && !dryRun && !Preset.named(file.toString()).equals(wanted)) {
            throw new UsageException(
                    file.getParent() + " was started with other settings: omit --preset and --set to continue"
                            + " with its own settings, or start another experiment with --name");
        }
        return wanted;
    }

    private static void carryOut(final ExperimentRuns experiment) {
        final List<Cell> left = experiment.cells().stream()
                .filter(cell -> !experiment.isDone(cell))
                .toList();
        final int before = experiment.cells().size() - left.size();
        final long start = System.nanoTime();
        for (int i = 0; i < left.size(); i++) {
            System.out.printf(
                    "── run %d of %d: %s%n", before + i + 1, experiment.cells().size(), left.get(i));
            experiment.run(left.get(i), Progress.onStandardOutput());
            System.out.printf("── done after %d s%n", (System.nanoTime() - start) / 1_000_000_000L);
        }
    }

    private void report(
            final ExperimentRuns experiment, final CellSettings settings, final Map<Cell, CellFigures> figures)
            throws IOException {
        final ExperimentReport report = experiment.report(figures);
        new ReportWriter(settings.folder())
                .write(report, String.valueOf(settings.folder().getFileName()), rewards(settings.shared()));
        System.out.print(report.toTable());
        System.out.println("see " + settings.folder() + "/report.html, report.md and report.json");
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

    private int recompute(final ExperimentRuns experiment, final CellSettings settings) throws IOException {
        final Path file = settings.folder().resolve(REPORT);
        final Map<Cell, CellFigures> kept = experiment.done();
        if (kept.isEmpty()) {
            throw new UsageException(
                    settings.folder() + " has no run that is done: run the experiment first, without --recompute");
        }
        final Map<Cell, CellFigures> anew = new LinkedHashMap<>();
        int different = 0;
        for (final Map.Entry<Cell, CellFigures> one : kept.entrySet()) {
            final CellFigures read = experiment.read(one.getKey());
            anew.put(one.getKey(), read);
            if (!read.equals(one.getValue())) {
                different++;
                System.out.println(one.getKey() + ": its topics have other numbers than "
                        + one.getKey().name() + "/figures.json");
            }
        }
        final ExperimentReport report = experiment.report(anew);
        if (!Files.isRegularFile(file)) {
            report(experiment, settings, anew);
            return different == 0 ? 0 : 1;
        }
        final boolean same = Files.readString(file).equals(ReportWriter.json(report));
        System.out.println("the topics of " + kept.size() + " runs were read again: "
                + (same ? "every number of " + file + " is the same" : file + " has other numbers than the topics"));
        return same && different == 0 ? 0 : 1;
    }
}

package org.mtrljudge.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.experiment.CellSettings;
import org.mtrljudge.standalone.experiment.ExperimentFolder;
import org.mtrljudge.standalone.experiment.ExperimentPlan;
import org.mtrljudge.standalone.experiment.ExperimentResults;
import org.mtrljudge.standalone.experiment.ExperimentRuns;
import org.mtrljudge.standalone.experiment.report.Cell;
import org.mtrljudge.standalone.experiment.report.ExperimentReport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "experiment",
        description =
                "Runs the experiment of the paper: every method on every task, repeated with other seeds, and one report of all runs."
                        + " After a stop, the same command continues the experiment: it keeps the runs that are done, and continues the"
                        + " run that was stopped.")
final class ExperimentCommand implements Callable<Integer> {
    @Option(
            names = "--preset",
            paramLabel = "small|full|paper|FILE",
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
        final ExperimentFolder folder = new ExperimentFolder(runs.resolve(folder()));
        final CellSettings settings = folder.settings(preset, overrides);
        if (dryRun) {
            System.out.print(new ExperimentPlan(settings).toText());
            return 0;
        }
        folder.check(settings);
        final ExperimentRuns experiment = new ExperimentRuns(settings);
        final ExperimentResults results = new ExperimentResults(experiment, settings);
        if (recompute) {
            return print(results.recompute(), results.file());
        }
        folder.write(settings);
        System.out.println(
                "experiment " + settings.folder() + ": " + experiment.cells().size() + " runs");
        carryOut(experiment);
        print(results.write(), results.file());
        return 0;
    }

    private String folder() {
        final Path stem =
                Path.of(preset == null ? ExperimentFolder.SMALL : preset).getFileName();
        try {
            return Topics.checkedName(
                    name != null ? name : "experiment-" + String.valueOf(stem).replaceFirst("\\.ya?ml$", ""));
        } catch (final IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + ": choose another name with --name");
        }
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

    private static void print(final ExperimentReport report, final Path file) {
        System.out.print(report.toTable());
        System.out.println("see " + file.getParent() + "/report.html, report.md and report.json");
    }

    private static int print(final ExperimentResults.Recomputed again, final Path file) {
        again.different()
                .forEach(cell -> System.out.println(
                        cell + ": its topics have other numbers than " + cell.name() + "/figures.json"));
        if (again.written() != null) {
            print(again.written(), file);
        } else {
            System.out.println("the topics of " + again.runs() + " runs were read again: "
                    + (again.sameReport()
                            ? "every number of " + file + " is the same"
                            : file + " has other numbers than the topics"));
        }
        return again.same() ? 0 : 1;
    }
}

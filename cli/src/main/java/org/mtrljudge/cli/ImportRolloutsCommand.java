package org.mtrljudge.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.rollouts.DumpReading;
import org.mtrljudge.standalone.rollouts.RolloutImport;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "rollouts",
        description =
                "Makes a run of rollouts that verl (trainer.rollout_data_dir), TRL (log_completions) or ./judge export rollouts wrote,"
                        + " with the rewards that they have. ./judge replay then scores them again.")
final class ImportRolloutsCommand implements Callable<Integer> {
    @Parameters(paramLabel = "FILE", description = "JSON lines or Parquet, or a folder of such files")
    private Path dump = Path.of(".");

    @Option(names = "--run", required = true, paramLabel = "NAME", description = "the name of the new run")
    private String run = "";

    @Option(names = "--runs", paramLabel = "DIR", description = "where runs are kept (default: ${DEFAULT-VALUE})")
    private Path runs = Path.of("runs");

    @Option(
            names = "--task",
            paramLabel = "TASK",
            description = "the task of dumps of verl and TRL (default: ${DEFAULT-VALUE})")
    private String task = "imported";

    @Option(
            names = "--reference",
            paramLabel = "COLUMN",
            description = "the column with the right answer; default: gts (verl), none (TRL)")
    private @Nullable String reference;

    @Option(
            names = "--rewards",
            paramLabel = "COLUMN",
            split = ",",
            description = "the columns whose sum is the reward; default: score (verl), all numbers (TRL)")
    private Set<String> rewards = new LinkedHashSet<>();

    @Option(
            names = "--images",
            paramLabel = "DIR",
            description = "the folder that the paths of pictures start from; default: the folder of the files")
    private @Nullable Path images;

    @Option(names = "--set", paramLabel = "KEY=VALUE", description = "a setting of the new run")
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        final RunSettings settings = RunSettings.read(null, overrides);
        final DumpReading reading = new DumpReading(
                task, reference, rewards, settings.rewarding().algorithm().advEstimator());
        final Path here = Files.isDirectory(dump) ? dump : dump.toAbsolutePath().resolveSibling("");
        final Path pictures = images != null ? images : here;
        final RolloutImport.Outcome outcome = new RolloutImport(dump, pictures, reading).into(runs, run, settings);
        System.out.println("wrote " + outcome.groups() + " groups to " + runs.resolve(run) + ", " + outcome.scored()
                + " of them with rewards");
        System.out.println(
                "score them: ./judge replay --run " + run + " --reward-function my_reward.py:compute_score --as NAME");
        return 0;
    }
}

package org.mtrljudge.cli;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.replay.ReplayPlan;
import org.mtrljudge.standalone.replay.ReplayReport;
import org.mtrljudge.standalone.replay.RunReplay;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
        name = "replay",
        description =
                "Scores the rollouts in the log of a run again, with another reward set, and reports what that changes.")
final class ReplayCommand implements Callable<Integer> {
    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(names = "--rewards", paramLabel = "FILE", description = "the reward set")
    private @Nullable Path rewards;

    @Option(
            names = "--reward-function",
            paramLabel = "FILE:NAME",
            description = "a reward function in Python, for example my_reward.py:compute_score")
    private @Nullable String function;

    @Option(
            names = "--only-failed",
            description =
                    "only groups whose score failed in the run; with the name of a replay that is finished: those that"
                            + " failed in it, which are added to its topic")
    private boolean onlyFailed;

    @Option(
            names = "--rescore-samples",
            paramLabel = "N",
            description = "asks functions, servers and judges N times and reports how far their answers differ")
    private int samples = 1;

    @Option(
            names = "--kept-answers",
            arity = "0..1",
            fallbackValue = "",
            paramLabel = "NAME",
            description =
                    "asks no judge: reads what it said when the run, or its replay NAME, was scored, with the settings of now")
    private @Nullable String kept;

    @Option(names = "--as", paramLabel = "NAME", description = "writes the topic RUN.scored.NAME")
    private @Nullable String name;

    @Option(names = "--dry-run", description = "reports only, writes no topic")
    private boolean dryRun;

    @Option(
            names = "--since",
            paramLabel = "TIME",
            description = "only rollouts that began at this time or later, for example 2026-01-31T12:00:00Z")
    private @Nullable String since;

    @Option(
            names = "--versions",
            paramLabel = "A..B",
            description = "only rollouts of these policy versions; A.. and ..B are also ranges")
    private @Nullable String versions;

    @Option(names = "--tasks", paramLabel = "TASK", split = ",", description = "only rollouts of these tasks")
    private List<String> tasks = new ArrayList<>();

    @Option(
            names = "--set",
            paramLabel = "KEY=VALUE",
            description =
                    "a setting that differs from the settings of the run, for example algorithm.adv_estimator=rloo or reward.plugins=DIR")
    private List<String> overrides = new ArrayList<>();

    @Override
    public Integer call() {
        if (name == null && !dryRun) {
            throw new UsageException(
                    "give --as NAME to write the topic " + run.name() + ".scored.NAME, or --dry-run to write none");
        }
        final RunDirectory directory = run.open();
        final List<String> settingsToo = new ArrayList<>(overrides);
        settingsToo.addAll(rewards());
        final RunSettings settings = RunSettings.read(directory.settings(), settingsToo);
        final RunReplay replay = new RunReplay(
                directory,
                settings,
                ReplayPlan.of(settings, since, versions, tasks, onlyFailed).asking(samples, kept),
                dryRun ? null : name);
        try (Interruption interruption = new Interruption()) {
            final Optional<ReplayReport> report = replay.run(interruption::wanted, Progress.onStandardOutput());
            if (report.isEmpty()) {
                System.out.println(dryRun ? "stopped" : "stopped: the same command continues");
                return 1;
            }
            System.out.print(report.get().toTable());
            System.out.println("see " + replay.path() + "/report.html and report.json");
            if (!dryRun && directory.origin().imported() == null) {
                System.out.println("train on it: ./judge train --from-scored " + replay.scoredTopic());
            }
        }
        return 0;
    }

    /** The settings that name the new rewards. */
    private List<String> rewards() {
        if (rewards != null && function == null) {
            return List.of("reward.file=" + rewards);
        }
        if (function != null && rewards == null) {
            final int colon = function.lastIndexOf(':');
            if (colon < 1) {
                throw new UsageException(
                        "--reward-function takes FILE:NAME, as in my_reward.py:compute_score, not '" + function + "'");
            }
            return List.of(
                    "reward.file=",
                    "reward.servers=[]",
                    "reward.functions=[{file: '" + function.substring(0, colon).replace("'", "''") + "', name: '"
                            + function.substring(colon + 1).replace("'", "''") + "'}]");
        }
        final boolean set = overrides.stream().anyMatch(pair -> pair.startsWith("reward."));
        if (function == null && (set || onlyFailed || samples > 1 || kept != null)) {
            return List.of();
        }
        throw new UsageException("give the new rewards: --rewards FILE, or --reward-function FILE:NAME");
    }
}

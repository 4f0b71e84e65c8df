package org.mtrljudge.cli;

import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.function.LongConsumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.replay.ReplayFolder;
import org.mtrljudge.standalone.replay.ReplayPlan;
import org.mtrljudge.standalone.replay.ReplayReport;
import org.mtrljudge.standalone.run.Logs;
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
    // the log is complete: a partner that does not follow soon does not exist
    private static final long PAIR_TIMEOUT_MS = 1000;
    private static final Pattern VERSIONS = Pattern.compile("(\\d{0,9})\\.\\.(\\d{0,9})");
    // the folder of its report, separate from the reports of replays
    private static final String DRY_RUN = "dry-run";
    private static final String PHASE = "replay";

    @Mixin
    private ExistingRun run = new ExistingRun();

    @Option(names = "--rewards", required = true, paramLabel = "FILE", description = "the reward set")
    private Path rewards = Path.of("");

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
        if (DRY_RUN.equals(name)) {
            throw new UsageException(
                    "the name " + DRY_RUN + " is reserved for --dry-run: choose another name with --as");
        }
        final RunDirectory directory = run.open();
        final List<String> settingsToo = new ArrayList<>(overrides);
        settingsToo.add("reward.file=" + rewards);
        final RunSettings settings = RunSettings.read(directory.settings(), settingsToo);
        final ReplayPlan wanted = new ReplayPlan(ReplayPlan.digest(settings), since, versions, tasks, 0);
        final RolloutFilter filter = filter();
        final ReplayFolder folder =
                new ReplayFolder(directory.inside("replays", dryRun ? DRY_RUN : String.valueOf(name)));
        if (!dryRun) {
            folder.check(wanted);
        }
        Logs.to(directory.path().resolve("judge.log"));
        try (Interruption interruption = new Interruption();
                EmbeddedBroker broker = EmbeddedBroker.of(
                        settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            final Topics topics = settings.connections().topics(run.name());
            final Replay replay = new Replay(
                    broker.clients(topics), folder.name(), rewardSettings(settings), filter, folder.streamsState());
            if (!dryRun) {
                broker.create(List.of(topics.scored(folder.name()), topics.deadLetters(folder.name())));
            }
            final ReplayPlan plan = dryRun ? wanted.until(replay.endOffset()) : folder.begin(wanted, replay::endOffset);
            final Optional<Replay.Outcome> outcome = score(replay, plan.endOffset(), interruption);
            if (outcome.isEmpty()) {
                System.out.println(dryRun ? "stopped" : "stopped: the same command continues");
                return 1;
            }
            final ReplayReport report = new ReplayReport(
                    folder.name(), settings, directory.dataRoot(settings), plan.endOffset(), outcome.get(), replay);
            folder.write(report);
            System.out.print(report.toTable());
            System.out.println("see " + folder.path() + "/report.html and report.json");
            if (!dryRun) {
                replay.deleteProgress();
                System.out.println("train on it: ./judge train --from-scored "
                        + topics.scored(folder.name()).name());
            }
        }
        return 0;
    }

    private Optional<Replay.Outcome> score(final Replay replay, final long end, final Interruption interruption) {
        final Progress progress = Progress.onStandardOutput();
        final LongConsumer reached = offset -> progress.progressed(PHASE, (int) offset, Map.of());
        progress.phaseStarted(PHASE, (int) end);
        try {
            if (dryRun) {
                return replay.dryRun(end, interruption::wanted, reached);
            }
            return replay.run(end, interruption::wanted, reached) ? Optional.of(replay.compare()) : Optional.empty();
        } finally {
            progress.phaseEnded(PHASE);
        }
    }

    private static RewardSettings rewardSettings(final RunSettings settings) {
        final RewardSettings own = settings.rewards();
        return new RewardSettings(own.set(), own.advEstimator(), own.runningScale(), PAIR_TIMEOUT_MS);
    }

    private RolloutFilter filter() {
        final Matcher range = VERSIONS.matcher(versions == null ? ".." : versions);
        if (!range.matches()) {
            throw new UsageException("--versions takes A..B, A.. or ..B, not '" + versions + "'");
        }
        try {
            return new RolloutFilter(
                    since == null ? 0 : Instant.parse(since).toEpochMilli(),
                    range.group(1).isEmpty() ? Integer.MIN_VALUE : Integer.parseInt(range.group(1)),
                    range.group(2).isEmpty() ? Integer.MAX_VALUE : Integer.parseInt(range.group(2)),
                    Set.copyOf(tasks));
        } catch (final DateTimeParseException e) {
            throw new UsageException("--since takes a time such as 2026-01-31T12:00:00Z, not '" + since + "'");
        }
    }
}

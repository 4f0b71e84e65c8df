package org.mtrljudge.standalone.replay;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.reward.grader.BuiltIn;
import org.mtrljudge.reward.grader.Repeated;
import org.mtrljudge.reward.http.RewardServer;
import org.mtrljudge.reward.replay.KeptLog;
import org.mtrljudge.reward.replay.Replay;
import org.mtrljudge.reward.replay.RolloutFilter;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.broker.EmbeddedBroker;
import org.mtrljudge.standalone.run.Logs;
import org.mtrljudge.standalone.run.RunDirectory;
import org.mtrljudge.standalone.run.RunSettings;

/** A replay of an existing run, with the broker of the run and the folder of the replay. The same replay continues where it stopped. */
public final class RunReplay {
    private static final String PHASE = "replay";

    private final RunDirectory directory;
    private final RunSettings settings;
    private final ReplayPlan wanted;
    private final boolean dryRun;
    private final ReplayFolder folder;

    /**
     * @param settings the settings of the run, with the reward set of the replay
     * @param name the replay writes to {@code RUN.scored.NAME}; null: a dry run, which reports and writes no topic
     * @throws UsageException when the plan names no rollouts, or when the replay is finished and the plan adds nothing to it, or was
     *     started with another plan
     */
    public RunReplay(
            final RunDirectory directory,
            final RunSettings settings,
            final ReplayPlan wanted,
            final @Nullable String name) {
        if (RunDirectory.DRY_RUN.equals(name)) {
            throw new UsageException(
                    "the name " + RunDirectory.DRY_RUN + " is reserved for --dry-run: choose another name with --as");
        }
        checkAsking(directory, settings.rewards().set(), wanted, name);
        this.directory = directory;
        this.settings = settings;
        this.wanted = wanted;
        this.dryRun = name == null;
        this.folder =
                new ReplayFolder(directory.inside(RunDirectory.REPLAYS, name == null ? RunDirectory.DRY_RUN : name));
        if (!dryRun) {
            folder.check(wanted);
        }
    }

    /** @throws UsageException when the plan asks in a way for which the rewards have no grader, or the run no answers */
    private static void checkAsking(
            final RunDirectory directory, final RewardSet set, final ReplayPlan wanted, final @Nullable String name) {
        if (wanted.samples() > 1 && !set.hasGrader(grader -> !(grader instanceof BuiltIn))) {
            throw new UsageException(
                    "--rescore-samples asks several times, but the label verifier of these rewards always says the same");
        }
        final String kept = wanted.keptAnswers();
        if (kept == null) {
            return;
        }
        if (!set.hasGrader(grader -> grader instanceof RewardServer server && server.isJudge())) {
            throw new UsageException(
                    "--kept-answers reads what judges said, but the rewards name no judge (style openai_judge)");
        }
        if (kept.equals(name)) {
            throw new UsageException("--kept-answers names the replay that is being made: name another with --as");
        }
        if (!kept.isEmpty()) {
            directory.checkReplay("--kept-answers", kept);
        }
    }

    /**
     * Scores the rollouts and writes the report.
     *
     * @param stopped asked repeatedly; the replay stops when it returns true
     * @return the report; empty when the replay was stopped
     */
    public Optional<ReplayReport> run(final BooleanSupplier stopped, final TrainingListener listener) {
        Logs.to(directory.path().resolve("judge.log"));
        try (EmbeddedBroker broker =
                EmbeddedBroker.of(settings.connections(), () -> EmbeddedBroker.startOrJoin(directory.kafka()))) {
            final Topics topics = topics();
            final KafkaClients clients = broker.existing(topics);
            if (!dryRun) {
                broker.create(List.of(topics.scored(folder.name()), topics.deadLetters(folder.name())));
            }
            try (@Nullable KeptLog kept = kept(clients)) {
                return run(clients, asked(kept), stopped, listener);
            }
        }
    }

    private Optional<ReplayReport> run(
            final KafkaClients clients,
            final RewardSettings rewards,
            final BooleanSupplier stopped,
            final TrainingListener listener) {
        final Replay replay = replay(clients, rewards);
        final ReplayPlan plan = dryRun ? wanted.until(replay.endOffsets()) : folder.begin(wanted, replay::endOffsets);
        final Optional<Replay.Outcome> outcome = score(replay, plan.endOffsets(), stopped, listener);
        if (outcome.isEmpty()) {
            return Optional.empty();
        }
        final ReplayReport report = new ReplayReport(
                folder.name(), rewards.set(), directory.dataRoot(settings), plan.endOffsets(), outcome.get(), replay);
        folder.write(report);
        if (!dryRun) {
            replay.deleteProgress();
        }
        return Optional.of(report);
    }

    /** What judges said before, where the plan reads that. */
    private @Nullable KeptLog kept(final KafkaClients clients) {
        final String from = wanted.keptAnswers();
        if (from == null) {
            return null;
        }
        return new KeptLog(
                clients,
                from.isEmpty() ? clients.topics().scored() : clients.topics().scored(from));
    }

    /** The rewards with graders that are asked as often as the plan says, or not at all. */
    private RewardSettings asked(final @Nullable KeptLog kept) {
        final RewardSettings rewards = settings.rewards();
        final RewardSet set = rewards.set();
        final RewardSet other = set.with(grader -> {
            if (kept != null && grader instanceof RewardServer server && server.isJudge()) {
                return server.reading(kept);
            }
            return wanted.samples() > 1 && !(grader instanceof BuiltIn)
                    ? new Repeated(grader, wanted.samples())
                    : grader;
        });
        return rewards.with(other);
    }

    private Replay replay(final KafkaClients clients, final RewardSettings rewards) {
        final boolean adds = !dryRun && folder.isFinished();
        final RolloutFilter filter = (adds ? folder.begin(wanted, List::of) : wanted).filter();
        final Replay whole = new Replay(clients, folder.name(), rewards, filter, folder.streamsState());
        if (adds) {
            return whole.again();
        }
        return wanted.onlyFailed() ? whole.ofFailed() : whole;
    }

    private Optional<Replay.Outcome> score(
            final Replay replay,
            final List<Long> ends,
            final BooleanSupplier stopped,
            final TrainingListener listener) {
        final LongConsumer reached = groups -> listener.progressed(PHASE, (int) groups, Map.of());
        listener.phaseStarted(PHASE, (int) ends.stream().mapToLong(end -> end).sum());
        try {
            if (dryRun) {
                return replay.dryRun(ends, stopped, reached);
            }
            return replay.run(ends, stopped, reached) ? Optional.of(replay.compare()) : Optional.empty();
        } finally {
            listener.phaseEnded(PHASE);
        }
    }

    private Topics topics() {
        return settings.connections().topics(directory.run());
    }

    /** The folder with the report. */
    public Path path() {
        return folder.path();
    }

    /** The name of the topic with the new scores. A dry run does not write it. */
    public String scoredTopic() {
        return topics().scored(folder.name()).name();
    }
}

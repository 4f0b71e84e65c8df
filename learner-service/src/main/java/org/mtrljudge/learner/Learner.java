package org.mtrljudge.learner;

import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * The run in its order of execution: publish the initial weights and test them, warm up and test, learn by reinforcement and test.
 * Every weight update is a policy version in the log with its journal entry.
 *
 * <p>A learner whose run has checkpoints goes on from the newest, and does again what was done after it. What the log has of that is
 * not done a second time: prompts in it are not asked again, their answers are read; batches in the journal are learned again, and give
 * the versions that are there.
 */
public final class Learner implements AutoCloseable {
    private final LearnerSettings settings;
    private final String settingsDigest;
    private final JudgeModel model;
    private final ExampleSource source;
    private final Path folder;
    private final @Nullable ScoredLog log;
    private final ScoredLog own;
    private final TrainingListener listener;
    private final Clock clock;
    private final TrainingCheckpoints checkpoints;
    private final TrainingCheckpoints.@Nullable Saved newest;
    private final PastRun past;
    private final Exchange exchange;
    private final PolicyWriter writer;
    private final PolicyPublisher policies;
    private final TestRound round;
    private final PhaseTimes times;
    private final Map<String, Evaluation> evaluations = new LinkedHashMap<>();
    private int warmUpSteps;
    private int bestStep;
    private int steps;
    private RlTotals totals;
    private GroupCounts counts;

    /**
     * Goes on with the run when there are checkpoints of it.
     *
     * @param bus how weights travel to the actors
     * @param folder where checkpoint folders are written
     * @param dataRoot where images by reference lie
     * @param log what RL learns from, offline; null: from rollouts of its own policies
     * @param health throws when a service of this process has failed for good
     * @throws LearnerException when the checkpoint was made with other settings
     */
    public Learner(
            final LearnerSettings settings,
            final String settingsDigest,
            final Topics topics,
            final Map<String, Object> kafka,
            final PolicyWriter.Bus bus,
            final JudgeModel model,
            final ExampleSource source,
            final Path folder,
            final Path dataRoot,
            final @Nullable ScoredLog log,
            final TrainingListener listener,
            final Runnable health,
            final Clock clock) {
        this.settings = settings;
        this.settingsDigest = settingsDigest;
        this.model = model;
        this.source = source;
        this.folder = folder;
        this.log = log;
        this.own = new ScoredLog(topics.scored(), kafka, dataRoot);
        this.listener = listener;
        this.clock = clock;
        this.checkpoints = new TrainingCheckpoints(folder, settings.trainer().saveLimit());
        this.newest = checkpoints.newest().orElse(null);
        final LearnerState state = state();
        this.writer = new PolicyWriter(topics, kafka, bus); // ends a transaction that a killed learner left open
        this.past = PastRun.read(topics, kafka, state);
        final int limit =
                (settings.trainer().maxStaleness() + 1) * settings.data().rolloutBatchSize();
        this.exchange = new Exchange(
                topics,
                kafka,
                past,
                limit,
                health,
                listener,
                clock,
                settings.trainer().stallWarningMs());
        this.policies = new PolicyPublisher(
                topics,
                writer,
                model,
                settingsDigest,
                log == null ? null : log.topic().name(),
                past,
                listener,
                clock);
        this.round = new TestRound(settings, exchange, source);
        this.times = new PhaseTimes(clock, past.state().secondsByPhase());
        past.state().evaluations().forEach((stage, kept) -> evaluations.put(stage, new Evaluation(kept)));
        this.warmUpSteps = past.state().warmUpSteps();
        this.totals = past.state().totals();
        this.counts = past.state().counts();
    }

    private LearnerState state() {
        if (newest == null) {
            return LearnerState.fresh(settingsDigest);
        }
        final LearnerState state = TrainingCheckpoints.state(newest);
        if (!state.settingsDigest().equals(settingsDigest)) {
            throw new LearnerException(newest.path() + " was made with other settings: put settings.yaml back as it"
                    + " was, or begin a new run from there with --fork");
        }
        return state;
    }

    private boolean isAt(final LearnerState.Stage stage) {
        return past.state().stage() == stage;
    }

    /** Runs all phases on the calling thread. */
    public TrainingResult run() {
        if (policies.version() < 0) {
            if (newest != null) { // a fork begins with what it was given
                model.restore(newest.path());
            }
            policies.publish(isAt(LearnerState.Stage.START) ? "init" : "forked", 0, List.of(), List.of(), Map.of());
        }
        if (isAt(LearnerState.Stage.START) && settings.trainer().testBeforeTrain()) {
            test("base");
        }
        if (settings.sft().steps() > 0 && !isAt(LearnerState.Stage.RL)) {
            times.during("warmup", this::warmUp);
            test("warmup");
        }
        if (settings.trainer().totalSteps() > 0) {
            JudgeModule.useThreads(settings.trainer().threads());
            times.during("rl", this::reinforce);
            test("rl");
        }
        return new TrainingResult(
                evaluations,
                source.tasks(Split.TRAIN),
                source.tasks(Split.TEST),
                warmUpSteps,
                steps,
                bestStep,
                counts,
                times.soFar(),
                totals);
    }

    private void test(final String stage) {
        final String phase = "test " + stage;
        times.during(phase, () -> {
            listener.phaseStarted(phase, round.size(Split.TEST));
            evaluations.put(
                    stage,
                    round.run(
                            stage, policies.version(), Split.TEST, done -> listener.progressed(phase, done, Map.of())));
            listener.phaseEnded(phase);
        });
    }

    private void warmUp() {
        final boolean resumed = isAt(LearnerState.Stage.WARMUP);
        final int done = resumed ? past.state().step() : 0;
        final double seconds = past.state().secondsByPhase().getOrDefault("warmup", 0.0);
        final BestPolicy best = new BestPolicy(
                round, model, WarmUp.checkpoint(folder), resumed ? past.state().best() : BestPolicy.Standing.NONE);
        final BatchSource.Place place =
                new BatchSource.Place(counts, Map.of(), PromptSchedule.Position.START, List.of(), List.of());
        warmUpSteps = new WarmUp(settings, model, source, policies, best, checkpoints, listener, clock)
                .run(done, seconds, (step, standing) -> state(LearnerState.Stage.WARMUP, step, standing, place));
    }

    private void reinforce() {
        final boolean resumed = isAt(LearnerState.Stage.RL);
        final BestPolicy best = new BestPolicy(
                round, model, folder.resolve("rl"), resumed ? past.state().best() : BestPolicy.Standing.NONE);
        try (BatchSource batches = batches();
                JournalBatches journal = new JournalBatches(log == null ? own : log)) {
            final Reinforcement stage = new Reinforcement(
                    settings,
                    model,
                    batches,
                    journal,
                    log != null,
                    policies,
                    best,
                    checkpoints,
                    totals,
                    listener,
                    clock);
            bestStep = stage.run(resumed ? newest : null, (step, standing, sums, place) -> {
                totals = sums;
                return state(LearnerState.Stage.RL, step, standing, place);
            });
            totals = stage.totals();
            steps = stage.lastStep();
            counts = batches.counts();
        }
    }

    private BatchSource batches() {
        return log != null
                ? new LoggedBatches(log, settings.data().rolloutBatchSize(), model, past.state())
                : new BatchCollector(settings, exchange, source, past, model);
    }

    private LearnerState state(
            final LearnerState.Stage stage,
            final int step,
            final BestPolicy.Standing standing,
            final BatchSource.Place place) {
        final Map<String, Evaluation.Counts> kept = new LinkedHashMap<>();
        evaluations.forEach((name, evaluation) -> kept.put(name, evaluation.counts()));
        final Map<String, Long> offsets = new HashMap<>(exchange.position(Long.MAX_VALUE));
        offsets.putAll(policies.position());
        offsets.putAll(place.offsets());
        return new LearnerState(
                settingsDigest,
                stage,
                step,
                policies.version(),
                policies.journalDigest(),
                kept,
                warmUpSteps,
                standing,
                totals,
                place.counts(),
                times.soFar(),
                offsets,
                place.schedule(),
                place.open(),
                place.unasked());
    }

    @Override
    public void close() {
        exchange.close();
        writer.close();
    }
}

package org.mtrljudge.learner;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.JudgeModule;
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
    private final RunContext run;
    private final LearnerSettings settings;
    private final JudgeModel model;
    private final ExampleSource source;
    private final @Nullable ScoredLog log;
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
     * @param log what RL learns from, offline; null: from rollouts of its own policies
     * @throws LearnerException when the checkpoint was made with other settings
     */
    public Learner(
            final RunContext run,
            final LearnerSettings settings,
            final JudgeModel model,
            final ExampleSource source,
            final @Nullable ScoredLog log) {
        this.run = run;
        this.settings = settings;
        this.model = model;
        this.source = source;
        this.log = log;
        this.checkpoints =
                new TrainingCheckpoints(run.checkpoints(), settings.trainer().saveLimit());
        this.newest = checkpoints.newest().orElse(null);
        final LearnerState state = state();
        // before the log is read: it ends a transaction that a killed learner left open
        this.writer = new PolicyWriter(run.clients(), run.transport());
        this.past = PastRun.read(run.clients(), state);
        final int limit =
                (settings.trainer().maxStaleness() + 1) * settings.data().rolloutBatchSize();
        this.exchange = new Exchange(run, past, limit, settings.trainer().stallWarningMs());
        this.policies = new PolicyPublisher(
                run, writer, model, log == null ? null : log.topic().name(), past);
        this.round = new TestRound(settings, exchange, source);
        this.times = new PhaseTimes(run.clock(), past.state().secondsByPhase());
        past.state().evaluations().forEach((stage, kept) -> evaluations.put(stage, new Evaluation(kept)));
        this.warmUpSteps = past.state().warmUpSteps();
        this.totals = past.state().totals();
        this.counts = past.state().counts();
    }

    private LearnerState state() {
        if (newest == null) {
            return LearnerState.fresh(run.settingsDigest());
        }
        final LearnerState state = TrainingCheckpoints.state(newest);
        if (!state.settingsDigest().equals(run.settingsDigest())) {
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
            run.listener().phaseStarted(phase, round.size(Split.TEST));
            evaluations.put(
                    stage,
                    round.run(
                            stage,
                            policies.version(),
                            Split.TEST,
                            done -> run.listener().progressed(phase, done, Map.of())));
            run.listener().phaseEnded(phase);
        });
    }

    private void warmUp() {
        final boolean resumed = isAt(LearnerState.Stage.WARMUP);
        final int done = resumed ? past.state().step() : 0;
        final double seconds = past.state().secondsByPhase().getOrDefault("warmup", 0.0);
        final BestPolicy best = new BestPolicy(
                round,
                model,
                WarmUp.checkpoint(run.checkpoints()),
                resumed ? past.state().best() : BestPolicy.Standing.NONE);
        final BatchSource.Place place =
                new BatchSource.Place(counts, Map.of(), PromptSchedule.Position.START, List.of(), List.of());
        warmUpSteps = new WarmUp(context(best), source)
                .run(done, seconds, (step, standing) -> state(LearnerState.Stage.WARMUP, step, standing, place));
    }

    private void reinforce() {
        final boolean resumed = isAt(LearnerState.Stage.RL);
        final BestPolicy best = new BestPolicy(
                round,
                model,
                run.checkpoints().resolve("rl"),
                resumed ? past.state().best() : BestPolicy.Standing.NONE);
        try (BatchSource batches = batches();
                JournalBatches journal = new JournalBatches(log == null ? own() : log)) {
            final Reinforcement stage = new Reinforcement(context(best), batches, journal, log != null, totals);
            bestStep = stage.run(resumed ? newest : null, (step, standing, sums, place) -> {
                totals = sums;
                return state(LearnerState.Stage.RL, step, standing, place);
            });
            totals = stage.totals();
            steps = stage.lastStep();
            counts = batches.counts();
        }
    }

    /** What this run itself has scored. */
    private ScoredLog own() {
        return new ScoredLog(run.clients().topics().scored(), run.clients(), run.dataRoot());
    }

    private StageContext context(final BestPolicy best) {
        return new StageContext(run, settings, model, policies, best, checkpoints);
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
                run.settingsDigest(),
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

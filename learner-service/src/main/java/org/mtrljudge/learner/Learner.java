package org.mtrljudge.learner;

import java.nio.file.Path;
import java.time.Clock;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.schemas.KafkaClients;
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
    private final EvaluationRound round;
    private final PhaseTimes times;
    private final Map<Stage, Evaluation> evaluations = new EnumMap<>(Stage.class);
    private int warmUpSteps;
    private int bestStep;
    private int steps;
    private RlTotals totals;
    private GroupCounts counts;

    /**
     * Goes on with the run when there are checkpoints of it.
     *
     * @param transport how weights travel to the actors
     * @param folder where checkpoint folders are written
     * @param dataRoot where images by reference lie
     * @param log what RL learns from, offline; null: from rollouts of its own policies
     * @param health throws when a service of this process has failed for good
     * @throws LearnerException when the checkpoint was made with other settings
     */
    public Learner(
            final LearnerSettings settings,
            final String settingsDigest,
            final KafkaClients clients,
            final WeightTransport transport,
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
        this.own = new ScoredLog(clients.topics().scored(), clients, dataRoot);
        this.listener = listener;
        this.clock = clock;
        this.checkpoints = new TrainingCheckpoints(folder, settings.trainer().saveLimit());
        this.newest = checkpoints.newest().orElse(null);
        final LearnerState state = state();
        this.writer = new PolicyWriter(clients, transport); // ends a transaction that a killed learner left open
        this.past = PastRun.read(clients, state);
        final int limit =
                (settings.trainer().maxStaleness() + 1) * settings.data().rolloutBatchSize();
        this.exchange = new Exchange(
                clients,
                past,
                limit,
                health,
                listener,
                clock,
                settings.trainer().stallWarningMs());
        this.policies = new PolicyPublisher(
                clients.topics(),
                writer,
                model,
                settingsDigest,
                log == null ? null : log.topic().name(),
                past,
                listener,
                clock);
        this.round = new EvaluationRound(exchange, source);
        this.times = new PhaseTimes(clock, past.state().secondsByPhase());
        past.state().evaluations().forEach((stage, kept) -> evaluations.put(Stage.of(stage), new Evaluation(kept)));
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

    private boolean isAt(final Stage stage) {
        return past.state().stage() == stage;
    }

    /** Runs all phases on the calling thread. */
    public TrainingResult run() {
        if (policies.version() < 0) {
            if (newest != null) { // a fork begins with what it was given
                model.restore(newest.path());
            }
            policies.publish(
                    isAt(Stage.START) ? JournalKind.INIT : JournalKind.FORKED, 0, List.of(), List.of(), Map.of());
        }
        if (isAt(Stage.START) && settings.trainer().testBeforeTrain()) {
            test(Stage.START);
        }
        if (settings.sft().steps() > 0 && !isAt(Stage.RL)) {
            times.during(Stage.WARMUP.key(), this::warmUp);
            test(Stage.WARMUP);
        }
        if (settings.trainer().totalSteps() > 0) {
            JudgeModule.useThreads(settings.trainer().threads());
            times.during(Stage.RL.key(), this::reinforce);
            test(Stage.RL);
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

    private void test(final Stage after) {
        final String phase = "test " + after.key();
        final EvaluationPlan plan = plan(Split.TEST);
        times.during(phase, () -> {
            listener.phaseStarted(phase, round.size(plan));
            evaluations.put(
                    after,
                    Evaluation.of(round.run(
                            plan,
                            exampleId -> PromptIds.test(after, exampleId),
                            policies.version(),
                            done -> listener.progressed(phase, done, Map.of()))));
            listener.phaseEnded(phase);
        });
    }

    private EvaluationPlan plan(final Split split) {
        return EvaluationPlan.greedy(source, split, settings.data().maxResponseLength());
    }

    /** Of a stage. @param kept where the stage keeps its best policy */
    private BestPolicy best(final Path kept, final boolean resumed) {
        return new BestPolicy(
                round,
                plan(Split.VALIDATION),
                model,
                kept,
                resumed ? past.state().best() : BestSoFar.NONE);
    }

    private void warmUp() {
        final boolean resumed = isAt(Stage.WARMUP);
        final int done = resumed ? past.state().step() : 0;
        final double seconds = past.state().secondsByPhase().getOrDefault(Stage.WARMUP.key(), 0.0);
        final BestPolicy best = best(WarmUp.checkpoint(folder), resumed);
        final BatchSource.Place place =
                new BatchSource.Place(counts, Map.of(), PromptSchedule.Position.START, List.of(), List.of());
        warmUpSteps = new WarmUp(settings, model, source, policies, best, checkpoints, listener, clock)
                .run(done, seconds, (step, soFar) -> state(Stage.WARMUP, step, soFar, place));
    }

    private void reinforce() {
        final boolean resumed = isAt(Stage.RL);
        final BestPolicy best = best(folder.resolve(Stage.RL.key()), resumed);
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
            bestStep = stage.run(resumed ? newest : null, (step, soFar, sums, place) -> {
                totals = sums;
                return state(Stage.RL, step, soFar, place);
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
            final Stage stage, final int step, final BestSoFar bestSoFar, final BatchSource.Place place) {
        final Map<String, Evaluation.Counts> kept = new LinkedHashMap<>();
        evaluations.forEach((after, evaluation) -> kept.put(after.key(), evaluation.counts()));
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
                bestSoFar,
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

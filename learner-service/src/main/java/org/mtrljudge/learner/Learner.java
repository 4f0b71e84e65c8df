package org.mtrljudge.learner;

import java.nio.file.Path;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.evaluation.BestPolicy;
import org.mtrljudge.learner.evaluation.EvaluationRound;
import org.mtrljudge.learner.event.Evaluation;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.PromptIds;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingResult;
import org.mtrljudge.learner.prompts.PromptSchedule;
import org.mtrljudge.learner.settings.EvaluationPlan;
import org.mtrljudge.learner.settings.ExchangeLimits;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.Rounding;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.settings.ScoredLog;
import org.mtrljudge.learner.stage.BatchCollector;
import org.mtrljudge.learner.stage.BatchSource;
import org.mtrljudge.learner.stage.LoggedBatches;
import org.mtrljudge.learner.stage.Reinforcement;
import org.mtrljudge.learner.stage.StageContext;
import org.mtrljudge.learner.stage.WarmUp;
import org.mtrljudge.learner.state.BestSoFar;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.PastRun;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.learner.topics.Exchange;
import org.mtrljudge.learner.topics.JournalBatches;
import org.mtrljudge.learner.topics.LearnerProducer;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.learner.topics.PolicyWriter;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * A run in its order of execution: publish and test the initial weights, warm up and test, train with reinforcement learning and
 * test. Every weight update is a policy version in the log with its journal entry.
 *
 * <p>When the run has checkpoints, the learner resumes from the newest one and repeats the work after that checkpoint. What is
 * already in the log is not written again. Prompts in the log are not sent again: the learner reads their answers. Batches in the
 * journal are learned again, and the result has to be the published versions.
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
    private final LearnerProducer producer;
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
     * Resumes the run when it has checkpoints.
     *
     * @param log the scored groups for offline RL; null for RL on rollouts of the run's own policies
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
        // This ends a transaction that a killed learner left open. It has to happen before the log is read.
        this.producer = new LearnerProducer(run.clients(), run.transport().transactionTimeout());
        this.past = PastRun.read(run.clients(), state, run.health());
        final int limit =
                (settings.trainer().maxStaleness() + 1) * settings.data().rolloutBatchSize();
        this.policies = new PolicyPublisher(
                run,
                new PolicyWriter(run.clients(), producer, run.transport()),
                model,
                log == null ? null : log.topic().name(),
                Rounding.of(settings, model),
                past);
        // prompts that only a version can answer that was not written are not waited for
        this.exchange = new Exchange(run.checking(policies::check), producer, past, ExchangeLimits.of(settings, limit));
        this.round = new EvaluationRound(exchange, source, model::decode);
        this.times = new PhaseTimes(run.clock(), past.state().secondsByPhase());
        past.state().evaluations().forEach((stage, kept) -> evaluations.put(Stage.of(stage), new Evaluation(kept)));
        this.warmUpSteps = past.state().warmUpSteps();
        this.totals = past.state().totals();
        this.counts = past.state().counts();
    }

    private LearnerState state() {
        if (newest == null) {
            return LearnerState.fresh(run.settingsDigest());
        }
        final LearnerState state = TrainingCheckpoints.state(newest);
        if (SettingsTree.isOfEarlierBuild(state.settingsDigest())) {
            run.listener()
                    .warned(newest.path()
                            + " was made by an earlier build: its settings are not compared with the present"
                            + " settings");
        } else if (!state.settingsDigest().equals(run.settingsDigest())) {
            throw new LearnerException(newest.path() + " was made with other settings that decide the weights: put"
                    + " settings.yaml back as it was, or start a new run from there with --fork");
        }
        return state;
    }

    /**
     * The digest of the settings with which a run can be resumed: those of its newest checkpoint. Empty where the run has no checkpoint,
     * or where an earlier build made it.
     *
     * @param checkpoints the folder of the run's checkpoints
     */
    public static Optional<String> settingsDigest(final Path checkpoints) {
        return new TrainingCheckpoints(checkpoints, 1)
                .newest()
                .map(saved -> TrainingCheckpoints.state(saved).settingsDigest())
                .filter(digest -> !SettingsTree.isOfEarlierBuild(digest));
    }

    private boolean isAt(final Stage stage) {
        return past.state().stage() == stage;
    }

    /** Runs all phases on the calling thread. */
    public TrainingResult run() {
        if (policies.version() < 0) {
            // a fork starts with the weights of its first checkpoint
            if (newest != null) {
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
                totals,
                policies.lineage());
    }

    private void test(final Stage after) {
        final String phase = "test " + after.key();
        final EvaluationPlan plan = plan(Split.TEST);
        times.during(phase, () -> {
            run.listener().phaseStarted(phase, round.size(plan));
            evaluations.put(
                    after,
                    Evaluation.of(round.run(
                            plan,
                            exampleId -> policies.evaluationId(PromptIds.test(after, exampleId)),
                            policies.version(),
                            done -> run.listener().progressed(phase, done, Map.of()))));
            run.listener().phaseEnded(phase);
        });
    }

    private EvaluationPlan plan(final Split split) {
        return EvaluationPlan.greedy(source, split, settings.data().maxResponseLength());
    }

    /**
     * The best policy of a stage.
     *
     * @param kept the folder for the checkpoint of the best policy
     */
    private BestPolicy best(final Path kept, final boolean resumed) {
        return new BestPolicy(
                round,
                plan(Split.VALIDATION),
                source.tasks(Split.TRAIN),
                model,
                kept,
                resumed ? past.state().best() : BestSoFar.NONE);
    }

    private void warmUp() {
        final boolean resumed = isAt(Stage.WARMUP);
        final int done = resumed ? past.state().step() : 0;
        final double seconds = past.state().secondsByPhase().getOrDefault(Stage.WARMUP.key(), 0.0);
        final BestPolicy best = best(WarmUp.checkpoint(run.checkpoints()), resumed);
        final BatchSource.Place place =
                new BatchSource.Place(counts, Map.of(), PromptSchedule.Position.START, List.of(), List.of());
        warmUpSteps = new WarmUp(context(best), source)
                .run(done, seconds, (step, soFar) -> state(Stage.WARMUP, step, soFar, place));
    }

    private void reinforce() {
        final boolean resumed = isAt(Stage.RL);
        final BestPolicy best = best(run.checkpoints().resolve(Stage.RL.key()), resumed);
        try (BatchSource batches = batches();
                JournalBatches journal = new JournalBatches(log == null ? own() : log)) {
            final Reinforcement stage = new Reinforcement(context(best), batches, journal, log != null, totals);
            bestStep = stage.run(resumed ? newest : null, (step, soFar, sums, place) -> {
                totals = sums;
                return state(Stage.RL, step, soFar, place);
            });
            totals = stage.totals();
            steps = stage.lastStep();
            counts = batches.counts();
        }
    }

    /** The scored groups of this run. */
    private ScoredLog own() {
        return new ScoredLog(run.clients().topics().scored(), run.clients(), run.dataRoot());
    }

    private StageContext context(final BestPolicy best) {
        return new StageContext(run, settings, model, policies, best, checkpoints);
    }

    private BatchSource batches() {
        return log != null
                ? new LoggedBatches(log, settings.data().rolloutBatchSize(), model, past.state(), run.listener())
                : new BatchCollector(settings, exchange, source, past, model);
    }

    private LearnerState state(
            final Stage stage, final int step, final BestSoFar bestSoFar, final BatchSource.Place place) {
        final Map<String, Evaluation.Counts> kept = new LinkedHashMap<>();
        evaluations.forEach((after, evaluation) -> kept.put(after.key(), evaluation.counts()));
        final Map<String, List<Long>> offsets = new HashMap<>(exchange.position(List.of()));
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
        producer.close();
    }
}

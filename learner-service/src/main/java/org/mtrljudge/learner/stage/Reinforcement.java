package org.mtrljudge.learner.stage;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.algorithm.Agreement;
import org.mtrljudge.learner.algorithm.BatchMetrics;
import org.mtrljudge.learner.algorithm.GrpoTrainer;
import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.learner.evaluation.BestPolicy;
import org.mtrljudge.learner.event.DamagedLogException;
import org.mtrljudge.learner.event.GroupCounts;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.learner.event.TrainingListener;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.state.BestSoFar;
import org.mtrljudge.learner.state.LearnerState;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.learner.topics.JournalBatches;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.weights.Weights;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.TrainingStep;

/**
 * The stage of reinforcement learning, in its order of execution. A step is a function of the weights, the state of the optimiser
 * and the batch. Journal entries after a checkpoint are therefore learned again from the log and give the same weights.
 */
public final class Reinforcement {
    private static final String NAME = Stage.RL.key();
    private final LearnerSettings settings;
    private final JudgeModel model;
    private final BatchSource batches;
    private final JournalBatches journal;
    private final boolean offline;
    private final PolicyPublisher policies;
    private final BestPolicy best;
    private final TrainingCheckpoints checkpoints;
    private final TrainingListener listener;
    private final Clock clock;
    private final Runnable health;
    private RlTotals totals;
    private int lastStep;

    /**
     * @param journal the batches of steps that are learned again
     * @param offline whether batches are from the log of another run
     * @param totals the totals of the steps before a restart
     */
    public Reinforcement(
            final StageContext context,
            final BatchSource batches,
            final JournalBatches journal,
            final boolean offline,
            final RlTotals totals) {
        this.settings = context.settings();
        this.model = context.model();
        this.batches = batches;
        this.journal = journal;
        this.offline = offline;
        this.policies = context.policies();
        this.best = context.best();
        this.checkpoints = context.checkpoints();
        this.totals = totals;
        this.listener = context.run().listener();
        this.clock = context.run().clock();
        this.health = context.run().health();
    }

    /** Its close waits until nothing is written any more. */
    private interface PolicyInFlight extends AutoCloseable {
        @Override
        void close();
    }

    /** Makes the state of the learner after a step of the stage. */
    public interface States {
        LearnerState after(int step, BestSoFar best, RlTotals totals, BatchSource.Place place);
    }

    /**
     * Runs the stage to its end.
     *
     * @param resumed the checkpoint to resume from; null at the start of the stage
     * @return the step whose weights the model holds at the end
     */
    public int run(final TrainingCheckpoints.@Nullable Saved resumed, final States states) {
        final int steps = settings.trainer().totalSteps();
        final int done = resumed == null ? 0 : resumed.step();
        lastStep = done;
        listener.phaseStarted(NAME, steps);
        if (resumed != null && settings.algorithm().klCoef() > 0) {
            // the reference policy of the KL term is the policy at the start of RL
            model.restore(checkpoints.reference());
        }
        try (GrpoTrainer trainer = new GrpoTrainer(model, settings);
                Agreement agreement = new Agreement(
                        model,
                        settings.trainer().maxStaleness() + 1,
                        settings.rollout().temperature(),
                        settings.actor().maxTokensPerMicroBatch(),
                        listener::warned);
                // also where the stage fails: a version that is being written reads a copy of the agreement
                PolicyInFlight flight = policies::settle) {
            if (resumed != null) {
                trainer.resume(resumed.path(), done);
            }
            agreement.remember(policies.version());
            if (resumed == null) {
                begin(trainer, states);
            }
            for (int step = done + 1; step <= steps && !hasPlateaued(step - 1); step++) {
                health.run();
                final Map<String, Double> metrics = step(step, trainer, agreement);
                final boolean validates = best.isDue(settings.trainer().valFreq(), step, step == steps);
                if (validates) {
                    metrics.putAll(best.validate(Stage.RL, step, policies));
                }
                totals = totals.plus(metrics);
                FiniteGradients.check(step, totals);
                if (validates || checkpoints.isDue(settings.trainer().saveFreq(), step, step == steps)) {
                    save(step, trainer, states, metrics);
                }
                listener.progressed(NAME, step, metrics);
                lastStep = step;
            }
            policies.await();
        }
        final int bestStep = best.restoreBest(lastStep);
        if (bestStep != lastStep) {
            policies.publish(JournalKind.BEST, bestStep, List.of(), List.of(), Map.of());
        }
        listener.phaseEnded(NAME);
        return bestStep;
    }

    private boolean hasPlateaued(final int step) {
        return best.hasPlateaued(
                settings.trainer().valPatience(), settings.trainer().valFreq(), step);
    }

    /** The weights at the start of RL are a candidate for the best policy too. */
    private void begin(final GrpoTrainer trainer, final States states) {
        final Map<String, Double> metrics = new TreeMap<>();
        if (best.isDue(settings.trainer().valFreq(), 0, false)) {
            metrics.putAll(best.validate(Stage.RL, 0, policies));
            totals = totals.plus(metrics);
            listener.progressed(NAME, 0, metrics);
        }
        save(0, trainer, states, metrics);
    }

    private void save(
            final int step, final GrpoTrainer trainer, final States states, final Map<String, Double> metrics) {
        final long start = clock.millis();
        checkpoints.save(trainer::save, Stage.RL, step, () -> {
            // a checkpoint is never ahead of the log
            policies.await();
            return states.after(step, best.soFar(), totals, batches.place());
        });
        metrics.put("timing_s/save_checkpoint", (clock.millis() - start) / 1000.0);
    }

    private Map<String, Double> step(final int step, final GrpoTrainer trainer, final Agreement agreement) {
        final TrainingStep logged = policies.logged();
        final Map<String, Double> metrics =
                logged == null ? learnNew(step, trainer, agreement) : learnAgain(step, logged, trainer, agreement);
        final GroupCounts counts = batches.counts();
        metrics.put("fully_async/count/dropped_stale_samples", (double) counts.stale());
        metrics.put("fully_async/count/dead_samples", (double) counts.dead());
        metrics.put("fully_async/count/duplicate_samples", (double) batches.duplicates());
        return metrics;
    }

    /** Learns a step of the log again: the batch is the same, and the metrics are those of the log. */
    private Map<String, Double> learnAgain(
            final int step, final TrainingStep logged, final GrpoTrainer trainer, final Agreement agreement) {
        if (logged.getStep() != step) {
            throw new DamagedLogException("the journal has step " + logged.getStep() + " where step " + step
                    + " is due after the checkpoint");
        }
        final Map<String, Double> again = trainer.learn(journal.batch(logged, model));
        batches.learnedAgain(logged);
        policies.publish(JournalKind.RL, step, logged.getLearned(), logged.getStale(), logged.getMetrics());
        agreement.remember(policies.version());
        final Map<String, Double> metrics = new TreeMap<>(logged.getMetrics());
        again.keySet().retainAll(FiniteGradients.METRICS);
        metrics.putAll(again);
        return metrics;
    }

    private Map<String, Double> learnNew(final int step, final GrpoTrainer trainer, final Agreement agreement) {
        final int version = policies.version();
        final long start = clock.millis();
        final List<ReceivedGroup> batch = batches.collect(version, stepsToPause(step));
        final long collected = clock.millis();
        final Map<String, Double> metrics = learn(trainer, agreement, batch);
        FiniteGradients.warnOfSkipped(step, metrics, batch, listener);
        batches.learned(batch);
        metrics.put("timing_s/wait", (collected - start) / 1000.0);
        metrics.put("timing_s/step", (clock.millis() - start) / 1000.0);
        metrics.put("fully_async/count/current_param_version", (double) version);
        final long learned = clock.millis();
        // the version before: its copy may be the next one to go
        policies.await();
        final Weights weights = agreement.remember(version + 1);
        policies.begin(step, offsets(batch), batches.drainStaleIds(), metrics, weights);
        if (policies.version() > version + 1) {
            agreement.remember(policies.version());
        }
        if (settings.trainer().maxStaleness() == 0) {
            // the next batch is sampled by this version
            policies.await();
        }
        metrics.put("timing_s/publish", (clock.millis() - learned) / 1000.0);
        metrics.put("timing_s/publish_written", policies.writingSeconds());
        metrics.put("timing_s/journal", policies.journalSeconds());
        return metrics;
    }

    /** The number of steps to the next validation or to the end, including this one. No prompt may be outstanding at that point. */
    private int stepsToPause(final int step) {
        int pause = step;
        while (pause < settings.trainer().totalSteps()
                && !best.isDue(settings.trainer().valFreq(), pause, false)) {
            pause++;
        }
        return pause - step + 1;
    }

    private Map<String, Double> learn(
            final GrpoTrainer trainer, final Agreement agreement, final List<ReceivedGroup> batch) {
        final long start = clock.millis();
        final List<ScoredGroup> scored =
                batch.stream().map(t -> t.answer().group()).toList();
        final Map<String, Double> metrics = new TreeMap<>(BatchMetrics.of(scored, policies.version()));
        final List<LearnedGroup> groups =
                batch.stream().map(ReceivedGroup::group).toList();
        // the versions and times in the log belong to another run
        if (offline) {
            metrics.keySet().removeIf(name -> name.startsWith("staleness/"));
            metrics.keySet().removeAll(List.of("timing_s/gen", "timing_s/reward"));
        } else {
            agreement.measure(
                    batch.stream()
                            .filter(received -> isOfOneVersion(received.answer().group()))
                            .map(ReceivedGroup::group)
                            .toList(),
                    metrics);
        }
        metrics.putAll(trainer.learn(groups));
        metrics.put("timing_s/update_actor", (clock.millis() - start) / 1000.0);
        return metrics;
    }

    /**
     * Only groups of one version can be scored again with the weights of one version. In other groups, several versions wrote the
     * KV cache.
     */
    private static boolean isOfOneVersion(final ScoredGroup group) {
        return group.getRollout().getCompletions().stream().allMatch(c -> c.getVersions() == null);
    }

    private static List<LearnedOffset> offsets(final List<ReceivedGroup> batch) {
        final List<LearnedOffset> offsets = new ArrayList<>();
        for (final ReceivedGroup received : batch) {
            offsets.add(new LearnedOffset(
                    received.answer().promptId(),
                    received.answer().place().partition(),
                    received.answer().place().offset(),
                    received.group().policyVersion(),
                    received.answer().sha256()));
        }
        return offsets;
    }

    /** The number of learned steps. It is less than the number in the settings when validation stalled. */
    public int lastStep() {
        return lastStep;
    }

    public RlTotals totals() {
        return totals;
    }
}

package org.mtrljudge.learner;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.JudgeModule;
import org.mtrljudge.schemas.LearnedOffset;
import org.mtrljudge.schemas.PolicyKind;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.Topics;
import org.mtrljudge.schemas.TrainingStep;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * The run in its order of execution: publish the initial weights and test them, warm up and test, learn by reinforcement and test.
 * Every weight update is a policy version in the log with its journal entry.
 */
public final class Learner implements AutoCloseable {
    private final LearnerSettings settings;
    private final String settingsDigest;
    private final JudgeModel model;
    private final ExampleSource source;
    private final Path checkpoints;
    private final @Nullable ScoredLog log;
    private final TrainingListener listener;
    private final Clock clock;
    private final Exchange exchange;
    private final PolicyWriter policies;
    private final TestRound round;
    private final Map<String, Evaluation> evaluations = new LinkedHashMap<>();
    private final Map<String, Double> secondsByPhase = new LinkedHashMap<>();
    private int version = -1;
    private int warmUpSteps;
    private int bestStep;
    private RlTotals totals = RlTotals.NONE;
    private GroupCounts counts = GroupCounts.NONE;

    /**
     * @param checkpoints where checkpoint folders are written
     * @param log what RL learns from, offline; null: from rollouts of its own policies
     * @param health throws when a service of this process has failed for good
     */
    public Learner(
            final LearnerSettings settings,
            final String settingsDigest,
            final Topics topics,
            final Map<String, Object> kafka,
            final JudgeModel model,
            final ExampleSource source,
            final Path checkpoints,
            final @Nullable ScoredLog log,
            final TrainingListener listener,
            final Runnable health,
            final Clock clock) {
        this.settings = settings;
        this.settingsDigest = settingsDigest;
        this.model = model;
        this.source = source;
        this.checkpoints = checkpoints;
        this.log = log;
        this.listener = listener;
        this.clock = clock;
        final int limit =
                (settings.trainer().maxStaleness() + 1) * settings.data().rolloutBatchSize();
        this.exchange = new Exchange(
                topics,
                kafka,
                limit,
                health,
                listener,
                clock,
                settings.trainer().stallWarningMs());
        this.policies = new PolicyWriter(topics, kafka);
        this.round = new TestRound(settings, exchange, source);
    }

    /** Runs all phases on the calling thread. */
    public TrainingResult run() {
        publish("init", 0, List.of(), List.of(), Map.of());
        test("base");
        if (settings.sft().steps() > 0) {
            timed("warmup", this::warmUp);
            test("warmup");
        }
        if (settings.trainer().totalSteps() > 0) {
            JudgeModule.useThreads(settings.trainer().threads());
            timed("rl", this::reinforce);
            test("rl");
        }
        return new TrainingResult(
                evaluations,
                source.tasks(Split.TRAIN),
                source.tasks(Split.TEST),
                warmUpSteps,
                settings.trainer().totalSteps(),
                bestStep,
                counts,
                secondsByPhase,
                totals);
    }

    private void timed(final String phase, final Runnable work) {
        final long start = clock.millis();
        work.run();
        secondsByPhase.merge(phase, (clock.millis() - start) / 1000.0, Double::sum);
    }

    private void test(final String stage) {
        final String phase = "test " + stage;
        timed(phase, () -> {
            listener.phaseStarted(phase, round.size(Split.TEST));
            evaluations.put(
                    stage, round.run(stage, version, Split.TEST, done -> listener.progressed(phase, done, Map.of())));
            listener.phaseEnded(phase);
        });
    }

    private void warmUp() {
        final SftSettings sft = settings.sft();
        listener.phaseStarted("warmup", sft.steps());
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors()); // the actors have nothing to do
        final BestPolicy best = new BestPolicy(round, model, checkpoints.resolve("warmup"));
        int step = 0;
        try (SftTrainer trainer = new SftTrainer(
                model,
                sft,
                GrpoTrainer.adamW(settings.actor()),
                source,
                settings.trainer().seed())) {
            final long start = clock.millis();
            double progress = 0;
            while (progress < 1) {
                final Map<String, Double> metrics = new TreeMap<>(Map.of("sft/loss", trainer.step(progress)));
                step++;
                final double seconds = (clock.millis() - start) / 1000.0;
                progress = sft.progress(step, seconds);
                if (validates(sft.valFreq(), step, progress >= 1)) {
                    publish("warmup", step, List.of(), List.of(), metrics);
                    metrics.putAll(best.validate("warmup", step, version));
                }
                listener.progressed("warmup", step, metrics);
            }
        }
        warmUpSteps = step;
        publish("warmup", best.settle(step), List.of(), List.of(), Map.of());
        listener.phaseEnded("warmup");
    }

    /** Whether a validation follows: on schedule and at the end of a stage, when there is something to validate on. */
    private boolean validates(final int frequency, final int step, final boolean last) {
        return frequency > 0 && (last || step % frequency == 0) && round.size(Split.VALIDATION) > 0;
    }

    private void reinforce() {
        final int steps = settings.trainer().totalSteps();
        listener.phaseStarted("rl", steps);
        final BestPolicy best = new BestPolicy(round, model, checkpoints.resolve("rl"));
        try (BatchSource batches = batches();
                GrpoTrainer trainer = new GrpoTrainer(model, settings);
                Agreement agreement = new Agreement(
                        model,
                        settings.trainer().maxStaleness() + 1,
                        settings.rollout().temperature())) {
            agreement.remember(version);
            if (validates(settings.trainer().valFreq(), 0, false)) {
                final Map<String, Double> metrics = best.validate("rl", 0, version); // a candidate too
                totals = totals.plus(metrics);
                listener.progressed("rl", 0, metrics);
            }
            for (int step = 1; step <= steps; step++) {
                final Map<String, Double> metrics = learnOne(step, batches, trainer, agreement);
                if (validates(settings.trainer().valFreq(), step, step == steps)) {
                    metrics.putAll(best.validate("rl", step, version));
                }
                totals = totals.plus(metrics);
                listener.progressed("rl", step, metrics);
            }
        }
        bestStep = best.settle(steps);
        if (bestStep != steps) {
            publish("best", bestStep, List.of(), List.of(), Map.of());
        }
        listener.phaseEnded("rl");
    }

    private BatchSource batches() {
        return log != null
                ? new LoggedBatches(log, settings.data().rolloutBatchSize(), model)
                : new BatchCollector(
                        settings,
                        exchange,
                        new PromptSchedule(source, settings.trainer().seed()),
                        model);
    }

    private Map<String, Double> learnOne(
            final int step, final BatchSource batches, final GrpoTrainer trainer, final Agreement agreement) {
        final long start = clock.millis();
        final List<BatchSource.Taken> batch = batches.collect(version, stepsToPause(step));
        final long collected = clock.millis();
        final Map<String, Double> metrics = learn(trainer, agreement, batch);
        batches.learned(batch);
        metrics.put("timing_s/wait", (collected - start) / 1000.0);
        metrics.put("timing_s/step", (clock.millis() - start) / 1000.0);
        metrics.put("fully_async/count/current_param_version", (double) version);
        publish("rl", step, offsets(batch), batches.drainStaleIds(), metrics);
        agreement.remember(version);
        counts = batches.counts();
        metrics.put("fully_async/count/dropped_stale_samples", (double) counts.stale());
        metrics.put("fully_async/count/duplicate_samples", (double) exchange.duplicates());
        return metrics;
    }

    /** Steps until nothing may be outstanding, this one included: to the next validation or to the end. */
    private int stepsToPause(final int step) {
        int pause = step;
        while (pause < settings.trainer().totalSteps()
                && !validates(settings.trainer().valFreq(), pause, false)) {
            pause++;
        }
        return pause - step + 1;
    }

    private Map<String, Double> learn(
            final GrpoTrainer trainer, final Agreement agreement, final List<BatchSource.Taken> batch) {
        final long start = clock.millis();
        final List<ScoredGroup> scored =
                batch.stream().map(t -> t.answer().group()).toList();
        final Map<String, Double> metrics = new TreeMap<>(BatchMetrics.of(scored, version));
        final List<LearnedGroup> groups =
                batch.stream().map(BatchSource.Taken::group).toList();
        if (log == null) {
            agreement.measure(groups, metrics);
        } else { // the log's versions and times are another run's
            metrics.keySet().removeIf(name -> name.startsWith("staleness/"));
            metrics.keySet().removeAll(List.of("timing_s/gen", "timing_s/reward"));
        }
        metrics.putAll(trainer.learn(groups));
        metrics.put("timing_s/update_actor", (clock.millis() - start) / 1000.0);
        return metrics;
    }

    private static List<LearnedOffset> offsets(final List<BatchSource.Taken> batch) {
        final List<LearnedOffset> offsets = new ArrayList<>();
        for (final BatchSource.Taken taken : batch) {
            offsets.add(new LearnedOffset(
                    taken.answer().promptId(),
                    taken.answer().partition(),
                    taken.answer().offset(),
                    taken.group().policyVersion()));
        }
        return offsets;
    }

    private void publish(
            final String phase,
            final int step,
            final List<LearnedOffset> learned,
            final List<String> stale,
            final Map<String, Double> metrics) {
        version++;
        final String scoredTopic =
                log == null || learned.isEmpty() ? null : log.topic().name();
        final ByteBuffer weights = model.policy().toSafetensors();
        policies.publish(
                version,
                step,
                model.lora() == null ? PolicyKind.FULL : PolicyKind.LORA,
                model.policy().type().name(),
                weights,
                digest -> new TrainingStep(
                        step,
                        phase,
                        version,
                        digest,
                        settingsDigest,
                        learned,
                        stale,
                        metrics,
                        clock.millis(),
                        scoredTopic));
    }

    @Override
    public void close() {
        exchange.close();
        policies.close();
    }
}

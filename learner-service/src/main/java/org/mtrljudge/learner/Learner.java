package org.mtrljudge.learner;

import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.JudgeModule;
import org.mtrljudge.model.WeightType;
import org.mtrljudge.schemas.LearnedOffset;
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
    private final TrainingListener listener;
    private final Clock clock;
    private final Exchange exchange;
    private final PolicyWriter policies;
    private final Map<String, Evaluation> evaluations = new LinkedHashMap<>();
    private final Map<String, Double> secondsByPhase = new LinkedHashMap<>();
    private int version = -1;
    private double learnSeconds;
    private double waitSeconds;
    private double generateSeconds;
    private double scoreSeconds;
    private double generatedTokens;
    private double largestDifference;
    private GroupCounts counts = GroupCounts.NONE;

    /**
     * @param checkpoints where checkpoint folders are written
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
            final TrainingListener listener,
            final Runnable health,
            final Clock clock) {
        this.settings = settings;
        this.settingsDigest = settingsDigest;
        this.model = model;
        this.source = source;
        this.checkpoints = checkpoints;
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
    }

    /** Runs all phases on the calling thread. */
    public TrainingResult run() {
        final TestRound test = new TestRound(settings, exchange, source, listener);
        publish("init", 0, List.of(), List.of(), Map.of());
        evaluations.put("base", timed("test base", () -> test.run("base", version, Split.TEST)));
        if (settings.sft().steps() > 0) {
            timed("warmup", this::warmUp);
            evaluations.put("warmup", timed("test warmup", () -> test.run("warmup", version, Split.TEST)));
        }
        if (settings.trainer().totalSteps() > 0) {
            JudgeModule.useThreads(settings.trainer().threads());
            timed("rl", this::reinforce);
            evaluations.put("rl", timed("test rl", () -> test.run("rl", version, Split.TEST)));
        }
        return new TrainingResult(
                evaluations,
                source.tasks(Split.TRAIN),
                source.tasks(Split.TEST),
                settings.trainer().totalSteps(),
                counts,
                secondsByPhase,
                learnSeconds,
                waitSeconds,
                generateSeconds,
                scoreSeconds,
                generatedTokens,
                largestDifference);
    }

    private <T> T timed(final String phase, final java.util.function.Supplier<T> work) {
        final long start = clock.millis();
        final T result = work.get();
        secondsByPhase.merge(phase, (clock.millis() - start) / 1000.0, Double::sum);
        return result;
    }

    private double warmUp() {
        final int steps = settings.sft().steps();
        listener.phaseStarted("warmup", steps);
        JudgeModule.useThreads(Runtime.getRuntime().availableProcessors()); // the actors have nothing to do
        double loss = 0;
        try (SftTrainer trainer = new SftTrainer(
                model,
                settings.sft(),
                GrpoTrainer.adamW(settings.actor()),
                source,
                settings.trainer().seed())) {
            final long start = clock.millis();
            double progress = 0;
            for (int step = 0; progress < 1; step++) {
                loss = trainer.step(progress);
                listener.progressed("warmup", step + 1, Map.of("sft/loss", loss));
                final double seconds = (clock.millis() - start) / 1000.0;
                final int limit = settings.sft().maxSeconds();
                progress = Math.max((step + 1.0) / steps, limit == 0 ? 0 : seconds / limit);
            }
        }
        model.save(checkpoints.resolve("warmup"), WeightType.F32);
        publish("warmup", 0, List.of(), List.of(), Map.of("sft/loss", loss));
        listener.phaseEnded("warmup");
        return loss;
    }

    private int reinforce() {
        final int steps = settings.trainer().totalSteps();
        listener.phaseStarted("rl", steps);
        final int kept = settings.trainer().maxStaleness() + 1;
        final double temperature = settings.rollout().temperature();
        final PromptSchedule schedule =
                new PromptSchedule(source, settings.trainer().seed());
        final BatchCollector collector = new BatchCollector(settings, exchange, schedule, model);
        try (GrpoTrainer trainer = new GrpoTrainer(model, settings);
                Agreement agreement = new Agreement(model, kept, temperature)) {
            agreement.remember(version);
            for (int step = 1; step <= steps; step++) {
                final long start = clock.millis();
                final List<BatchCollector.Taken> batch = collector.collect(version, steps - step + 1);
                final long collected = clock.millis();
                final Map<String, Double> metrics = learn(trainer, agreement, batch);
                collector.learned(batch);
                metrics.put("timing_s/wait", (collected - start) / 1000.0);
                metrics.put("timing_s/step", (clock.millis() - start) / 1000.0);
                metrics.put("fully_async/count/current_param_version", (double) version);
                publish("rl", step, offsets(batch), collector.drainStaleIds(), metrics);
                agreement.remember(version);
                counts = collector.counts();
                metrics.put("fully_async/count/dropped_stale_samples", (double) counts.stale());
                metrics.put("fully_async/count/duplicate_samples", (double) exchange.duplicates());
                sum(metrics);
                listener.progressed("rl", step, metrics);
            }
        }
        model.save(checkpoints.resolve("final"), WeightType.F32);
        listener.phaseEnded("rl");
        return steps;
    }

    private Map<String, Double> learn(
            final GrpoTrainer trainer, final Agreement agreement, final List<BatchCollector.Taken> batch) {
        final long start = clock.millis();
        final List<ScoredGroup> scored =
                batch.stream().map(t -> t.answer().group()).toList();
        final Map<String, Double> metrics = new TreeMap<>(BatchMetrics.of(scored, version));
        final List<LearnedGroup> groups =
                batch.stream().map(BatchCollector.Taken::group).toList();
        agreement.measure(groups, metrics);
        metrics.putAll(trainer.learn(groups));
        metrics.put("timing_s/update_actor", (clock.millis() - start) / 1000.0);
        return metrics;
    }

    private void sum(final Map<String, Double> metrics) {
        learnSeconds += metrics.getOrDefault("timing_s/update_actor", 0.0);
        waitSeconds += metrics.getOrDefault("timing_s/wait", 0.0);
        generateSeconds += metrics.getOrDefault("timing_s/gen", 0.0);
        scoreSeconds += metrics.getOrDefault("timing_s/reward", 0.0);
        generatedTokens += metrics.getOrDefault("perf/total_num_tokens", 0.0);
        largestDifference =
                Math.max(largestDifference, metrics.getOrDefault("training/rollout_logprobs_diff_mean", 0.0));
    }

    private static List<LearnedOffset> offsets(final List<BatchCollector.Taken> batch) {
        final List<LearnedOffset> offsets = new ArrayList<>();
        for (final BatchCollector.Taken taken : batch) {
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
        final ByteBuffer weights = model.weights().toSafetensors();
        policies.publish(
                version,
                step,
                weights,
                digest -> new TrainingStep(
                        step, phase, version, digest, settingsDigest, learned, stale, metrics, clock.millis()));
    }

    @Override
    public void close() {
        exchange.close();
        policies.close();
    }
}

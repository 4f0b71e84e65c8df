package org.mtrljudge.learner;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.mtrljudge.learner.event.TrainingListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reports the metrics of every step as gauges to a metrics system and as lines to the process log, under their names in the field.
 */
final class LearnerMeters implements TrainingListener {
    private static final Logger LOG = LoggerFactory.getLogger(LearnerMeters.class);
    /** The metrics of a step that appear in the process log. All metrics of the step are in metrics.jsonl. */
    private static final Set<String> TOLD =
            Set.of("sft/loss", "reward/overall", "reward/format", "staleness/mean", "timing_s/step", "val/mean_score");

    private final MeterRegistry registry;
    private final Runnable afterStep;
    private final Map<String, AtomicReference<Double>> gauges = new ConcurrentHashMap<>();
    private final AtomicInteger unanswered;
    private final AtomicLong scoredLag;
    private final AtomicInteger steps;
    private final Counter warnings;
    private int phaseSteps;

    /** @param afterStep called after the metrics of a step were reported; an exception from it ends the learner */
    LearnerMeters(final MeterRegistry registry, final Runnable afterStep) {
        this.registry = registry;
        this.afterStep = afterStep;
        this.unanswered = registry.gauge("judge.learner.prompts.unanswered", new AtomicInteger());
        this.scoredLag = registry.gauge("judge.learner.scored.lag", new AtomicLong());
        this.steps = registry.gauge("judge.learner.step", new AtomicInteger());
        this.warnings = registry.counter("judge.learner.warnings");
    }

    @Override
    public void phaseStarted(final String phase, final int count) {
        phaseSteps = count;
        LOG.info("{} begins: {} steps or prompts", phase, count);
    }

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
        steps.set(done);
        metrics.forEach(this::gauge);
        if (!metrics.isEmpty()) {
            final Map<String, Double> told = new TreeMap<>(metrics);
            told.keySet().retainAll(TOLD);
            LOG.info("{} {} of {}: {}", phase, done, phaseSteps, told);
        }
        afterStep.run();
    }

    private void gauge(final String name, final double value) {
        gauges.computeIfAbsent(name, n -> {
                    final AtomicReference<Double> held = new AtomicReference<>(value);
                    registry.gauge("judge.learner.metric", Tags.of("name", n), held, AtomicReference::get);
                    return held;
                })
                .set(value);
    }

    @Override
    public void phaseEnded(final String phase) {
        registry.counter("judge.learner.phases.ended", "phase", phase).increment();
        LOG.info("{}: done", phase);
    }

    @Override
    public void noted(final String message) {
        LOG.info("{}", message);
    }

    @Override
    public void warned(final String message) {
        warnings.increment();
        LOG.warn("{}", message);
    }

    @Override
    public void backlog(final int waiting, final long lag) {
        unanswered.set(waiting);
        scoredLag.set(lag);
    }
}

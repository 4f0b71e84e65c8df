package org.mtrljudge.standalone.bench.trl;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.event.TrainingListener;

/** Measures the time from the end of each RL step to the end of the next step. */
final class StepClock implements TrainingListener {
    private final List<TrlStep> steps = new ArrayList<>();
    private long lastNs;

    /** The RL steps so far, in order. */
    List<TrlStep> steps() {
        return List.copyOf(steps);
    }

    @Override
    public void phaseStarted(final String phase, final int count) {
        lastNs = System.nanoTime();
    }

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> metrics) {
        if (phase.equals("rl")) {
            final long now = System.nanoTime();
            steps.add(TrlStep.of((now - lastNs) / 1e9, metrics));
            lastNs = now;
        }
    }

    @Override
    public void phaseEnded(final String phase) {}

    @Override
    public void warned(final String message) {
        System.err.println("warning: " + message);
    }
}

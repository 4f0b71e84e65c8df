package org.mtrljudge.it;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.learner.event.TrainingListener;

/** Keeps the warnings of a learner and the metrics of its RL steps. */
final class Warnings implements TrainingListener {
    final List<String> said = new ArrayList<>();
    final Map<Integer, Map<String, Double>> metrics = new HashMap<>();

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> values) {
        if (phase.equals("rl")) {
            metrics.put(done, values);
        }
    }

    @Override
    public void warned(final String message) {
        said.add(message);
    }
}

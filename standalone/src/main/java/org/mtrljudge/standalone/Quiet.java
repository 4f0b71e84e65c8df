package org.mtrljudge.standalone;

import java.util.Map;
import org.mtrljudge.learner.TrainingListener;

/** Where nobody watches. */
final class Quiet implements TrainingListener {
    @Override
    public void phaseStarted(final String phase, final int steps) {}

    @Override
    public void progressed(final String phase, final int done, final Map<String, Double> metrics) {}

    @Override
    public void phaseEnded(final String phase) {}

    @Override
    public void warned(final String message) {
        System.err.println("warning: " + message);
    }
}

package org.mtrljudge.standalone.bench;

import org.mtrljudge.learner.event.TrainingListener;

/** Shows warnings only, for runs without visible progress. */
public final class Quiet implements TrainingListener {
    @Override
    public void warned(final String message) {
        System.err.println("warning: " + message);
    }
}

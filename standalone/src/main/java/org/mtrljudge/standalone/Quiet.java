package org.mtrljudge.standalone;

import org.mtrljudge.learner.TrainingListener;

/** Where nobody watches. */
final class Quiet implements TrainingListener {
    @Override
    public void warned(final String message) {
        System.err.println("warning: " + message);
    }
}

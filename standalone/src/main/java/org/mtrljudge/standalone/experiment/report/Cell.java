package org.mtrljudge.standalone.experiment.report;

import org.jspecify.annotations.Nullable;

/**
 * One training run of an experiment.
 *
 * @param task the only one that is trained on; null: all of them
 */
public record Cell(Method method, @Nullable String task, long seed) {
    /** Its run's name, and so its topics' prefix. */
    public String name() {
        return method.key() + (task == null ? "" : "-" + task) + "-" + seed;
    }

    /** For people. */
    @Override
    public String toString() {
        return method.title() + (task == null ? "" : " on " + task) + ", seed " + seed;
    }
}

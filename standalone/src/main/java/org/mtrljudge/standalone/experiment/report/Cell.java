package org.mtrljudge.standalone.experiment.report;

import org.jspecify.annotations.Nullable;

/**
 * One training run of an experiment.
 *
 * @param task the only training task; null: all tasks
 */
public record Cell(Method method, @Nullable String task, long seed) {
    /** The name of the run, which is also the prefix of its topics. */
    public String name() {
        return method.key() + (task == null ? "" : "-" + task) + "-" + seed;
    }

    /** The name in reports. */
    @Override
    public String toString() {
        return method.title() + (task == null ? "" : " on " + task) + ", seed " + seed;
    }
}

package org.mtrljudge.learner.stage;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.mtrljudge.learner.event.LearnerException;
import org.mtrljudge.learner.event.RlTotals;
import org.mtrljudge.learner.event.TrainingListener;

/**
 * Watches for updates without effect: a gradient that is not finite leaves the weights unchanged. The version of such a step is published
 * all the same, so that a resumed learner repeats the same steps.
 */
final class FiniteGradients {
    /** The metrics of a step that say how many updates had an effect. */
    static final Set<String> METRICS = Set.of("actor/updates", "actor/skipped_updates");

    private static final int MAX_UNCHANGED = 10;

    private FiniteGradients() {}

    static void warnOfSkipped(
            final int step,
            final Map<String, Double> metrics,
            final List<ReceivedGroup> batch,
            final TrainingListener listener) {
        final int skipped = metrics.getOrDefault("actor/skipped_updates", 0.0).intValue();
        if (skipped > 0) {
            listener.warned("step " + step + ": " + skipped + " of "
                    + metrics.getOrDefault("actor/updates", 0.0).intValue()
                    + " updates were skipped, because their gradients were not finite. The batch is at "
                    + batch.stream()
                            .map(received -> received.answer().place().toString())
                            .collect(Collectors.joining(", "))
                    + " of the scored groups");
        }
    }

    /** @throws LearnerException after ten steps in a row that changed nothing */
    static void check(final int step, final RlTotals totals) {
        final int unchanged = totals.unchangedInARow();
        if (unchanged >= MAX_UNCHANGED) {
            throw new LearnerException("no gradient of the last " + unchanged
                    + " steps was finite, so the weights have not changed since step " + (step - unchanged)
                    + ". The log names the batches: look at their rewards, or fork the run at that step with a lower"
                    + " actor.optim.lr");
        }
    }
}

package org.mtrljudge.learner.audit;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.DamagedLogException;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.schemas.TrainingStep;

/**
 * Compares the weights of repeated steps with the journal. A step that was made with another rounding gives other weights without any
 * damage, and so do the steps after it, until a step gives the weights of the journal again.
 */
final class StepComparison {
    private final String rounding;
    private final List<String> notComparable = new ArrayList<>();
    // why the weights differ from those of the journal since the last step that gave the same weights
    private @Nullable String why;

    /** @param rounding the rounding of the repeated steps */
    StepComparison(final String rounding) {
        this.rounding = rounding;
    }

    /**
     * @param logged the entry of an RL step, or of the weights with which a resumed learner continued after that step
     * @param again the digest of the repeated step's weights
     * @throws DamagedLogException when the weights differ and should not
     */
    void compare(final TrainingStep logged, final String again) {
        if (again.equals(logged.getWeightDigest())) {
            why = null;
            return;
        }
        final String step = "step " + logged.getStep();
        final String made = logged.getRounding();
        if (made != null && !made.equals(rounding)) {
            why = step + " was made with " + made + " and is repeated with " + rounding;
        } else if (JournalKind.RESUMED.isOf(logged)) {
            why = "after " + step + ", a resumed learner continued with other weights";
        }
        if (why == null) {
            throw new DamagedLogException(step + " was learned again and gave the weights " + again
                    + ", but the journal has " + logged.getWeightDigest()
                    + ": the checkpoint, the batch or the settings have changed, or the step was learned on another"
                    + " machine or device, or with another number of threads");
        }
        if (JournalKind.RL.isOf(logged)) {
            notComparable.add(step + " is not comparable: " + why);
        }
    }

    /** The steps whose weights cannot be compared, one line each. */
    List<String> notComparable() {
        return List.copyOf(notComparable);
    }
}

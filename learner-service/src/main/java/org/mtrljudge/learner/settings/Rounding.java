package org.mtrljudge.learner.settings;

import ai.djl.ndarray.NDManager;
import org.mtrljudge.model.JudgeModel;

/**
 * What decides the rounding of an RL step besides the settings that decide the weights. A run may be resumed with another rounding. Steps
 * of different roundings cannot be compared to the bit, so every journal entry names its own.
 */
public final class Rounding {
    private Rounding() {}

    /** The names and values, in the form in which the journal has them. */
    public static String of(final LearnerSettings settings, final JudgeModel model) {
        try (NDManager scope = model.newScope()) {
            return "device=" + scope.getDevice().getDeviceType()
                    + " on " + System.getProperty("os.arch")
                    + ", trainer.threads=" + settings.trainer().threads()
                    + ", actor.max_tokens_per_micro_batch=" + settings.actor().maxTokensPerMicroBatch()
                    + ", actor.model.enable_gradient_checkpointing="
                    + settings.actor().model().enableGradientCheckpointing();
        }
    }
}

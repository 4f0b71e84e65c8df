package org.mtrljudge.standalone.run;

import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSize;
import org.mtrljudge.model.training.MemoryPlan;

/**
 * What an actor and the learner of a run hold, in bytes: the model's plan, and what the run's settings make of it.
 *
 * @param completions an actor generates together
 * @param cachedKeysAndValues of their new tokens
 * @param adapter beside the weights; 0 where all of them are trained
 * @param reference whether a KL term looks back to what RL began with
 * @param copies policies of earlier versions, and the reference, that the learner keeps
 */
public record RunMemory(
        MemoryPlan plan,
        ModelSize size,
        long completions,
        long cachedKeysAndValues,
        long adapter,
        boolean reference,
        long copies) {

    /** @param held how the model is held; its micro-batches are the settings' */
    public static RunMemory of(final RunSettings settings, final JudgeConfig config, final ModelOptions held) {
        final MemoryPlan plan =
                MemoryPlan.of(config, held, settings.learner().actor().maxTokensPerMicroBatch());
        final ModelSize size = ModelSize.of(config);
        final long completions = (long) settings.rollout().maxPrompts()
                * settings.learner().rollout().n();
        final boolean reference = settings.learner().algorithm().klCoef() > 0;
        return new RunMemory(
                plan,
                size,
                completions,
                completions
                        * settings.learner().data().maxResponseLength()
                        * size.keyValuesPerToken()
                        * held.dtype().bytes(),
                held.lora() == null ? 0 : plan.policy(),
                reference,
                plan.policy() * (settings.learner().trainer().maxStaleness() + 1 + (reference ? 1 : 0)));
    }

    public long actor() {
        return plan.weights() + adapter + cachedKeysAndValues;
    }

    public long learner() {
        return plan.weights()
                + adapter
                + plan.gradients()
                + plan.optimizer()
                + copies
                + plan.activations()
                + plan.probabilities();
    }
}

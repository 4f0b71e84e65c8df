package org.mtrljudge.standalone.run;

import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSize;
import org.mtrljudge.model.training.MemoryPlan;

/**
 * The memory of an actor and of the learner of a run, in bytes, from the memory plan of the model and the settings of the run.
 *
 * @param positions the positions of a forward of the learner
 * @param cachedPositions the positions whose keys and values an actor keeps: generated tokens, and prompts if their length is known
 * @param cachedKeysAndValues the bytes of these keys and values
 * @param adapter the bytes of the adapter; 0 when all weights are trained
 * @param reference whether a KL term needs the reference policy from the start of RL
 * @param copies the bytes of the earlier policies and of the reference that the learner keeps
 */
public record RunMemory(
        MemoryPlan plan,
        ModelSize size,
        long positions,
        long cachedPositions,
        long cachedKeysAndValues,
        long adapter,
        boolean reference,
        long copies) {

    /** @param held the model options in use; the settings determine the micro-batches */
    public static RunMemory of(final RunSettings settings, final JudgeConfig config, final ModelOptions held) {
        return of(settings, config, held, 0);
    }

    /** @param longestPrompt tokens of the longest prompt; 0 where it is not known */
    static RunMemory of(
            final RunSettings settings, final JudgeConfig config, final ModelOptions held, final long longestPrompt) {
        final int response = settings.learner().data().maxResponseLength();
        // longer groups are divided, a completion is not
        final long positions = Math.max(
                longestPrompt + response - 1, settings.learner().actor().maxTokensPerMicroBatch());
        final long n = settings.learner().rollout().n();
        final MemoryPlan plan = MemoryPlan.of(
                config, held, positions, positions * n * longestPrompt / (longestPrompt + n * (response - 1) + 1));
        final ModelSize size = ModelSize.of(config);
        final long prompt = longestPrompt + n * response;
        final long cached = Math.max(
                longestPrompt + response,
                Math.min(
                        settings.rollout().maxBatchedTokens(),
                        settings.rollout().maxPrompts() * prompt));
        final boolean reference = settings.learner().algorithm().klCoef() > 0;
        return new RunMemory(
                plan,
                size,
                positions,
                cached,
                cached * size.keyValuesPerToken() * held.dtype().bytes(),
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

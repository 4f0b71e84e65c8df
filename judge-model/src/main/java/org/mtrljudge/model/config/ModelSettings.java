package org.mtrljudge.model.config;

import java.util.List;
import org.mtrljudge.settings.Check;

/**
 * What of the model is trained, and how it is held in memory: {@code actor.model} of a run's settings.
 *
 * @param dtype of the weights, float32 or bfloat16; optimiser state and adapters are always float32
 * @param enableGradientCheckpointing compute layers again in the backward pass instead of keeping what they computed
 */
public record ModelSettings(String dtype, boolean enableGradientCheckpointing, LoraSettings lora) {
    private static final List<String> DTYPES = List.of("float32", "bfloat16");

    public ModelSettings {
        Check.choice("actor.model.dtype", dtype, DTYPES);
    }

    /**
     * A low-rank adapter that is trained instead of all weights.
     *
     * @param rank 0 trains all weights
     * @param alpha the adapter's product is scaled by alpha / rank
     * @param targetModules last names of the layers that get one, or all-linear alone
     */
    public record LoraSettings(int rank, double alpha, List<String> targetModules) {
        public LoraSettings {
            Check.range("actor.model.lora.rank", rank, 0, 4096);
            Check.range("actor.model.lora.alpha", alpha, 1e-6, 1e6);
            targetModules = List.copyOf(targetModules);
        }
    }

    /**
     * The model as actors and learner load it; only the learner checkpoints its gradients.
     *
     * @param device auto (a GPU where there is one), cpu or cuda:N
     * @throws ModelException when there is no such device
     */
    public ModelOptions on(final String device) {
        return new ModelOptions(
                device,
                dtype.equals("bfloat16") ? WeightType.BF16 : WeightType.F32,
                lora.rank == 0 ? null : new Lora(lora.rank, lora.alpha, lora.targetModules),
                enableGradientCheckpointing);
    }
}

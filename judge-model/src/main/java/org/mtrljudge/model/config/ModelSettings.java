package org.mtrljudge.model.config;

import java.util.List;
import org.mtrljudge.settings.Check;

/**
 * The section {@code actor.model} of a run's settings: which weights are trained, and how the model is kept in memory.
 *
 * @param dtype the number type of the weights and of an adapter, float32 or bfloat16. The optimiser's state is always float32
 * @param enableGradientCheckpointing whether layers are computed again in the backward pass, so that their activations are not kept
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
     * @param alpha the adapter's product is multiplied by alpha / rank
     * @param targetModules the layers that get an adapter, by the last part of their names; or only all-linear
     */
    public record LoraSettings(int rank, double alpha, List<String> targetModules) {
        public LoraSettings {
            Check.range("actor.model.lora.rank", rank, 0, 4096);
            Check.range("actor.model.lora.alpha", alpha, 1e-6, 1e6);
            targetModules = List.copyOf(targetModules);
        }
    }

    /**
     * The options with which actors and the learner load the model. Gradient checkpointing has an effect only in the learner.
     *
     * @param device auto (a GPU if there is one), cpu or cuda:N
     * @throws ModelException when the device is none of these
     */
    public ModelOptions on(final String device) {
        return new ModelOptions(
                device,
                dtype.equals("bfloat16") ? WeightType.BF16 : WeightType.F32,
                lora.rank == 0 ? null : new Lora(lora.rank, lora.alpha, lora.targetModules),
                enableGradientCheckpointing);
    }
}

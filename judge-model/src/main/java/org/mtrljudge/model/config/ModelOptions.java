package org.mtrljudge.model.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a judge is held in memory.
 *
 * @param device auto (a GPU where there is one), cpu or cuda:N
 * @param dtype of the weights, F32 or BF16; an adapter and all optimiser state are always float32
 * @param lora null to train all weights
 * @param gradientCheckpointing training keeps the input of each layer alone and computes the layer again in the backward pass
 */
public record ModelOptions(
        String device, WeightType dtype, @Nullable Lora lora, boolean gradientCheckpointing) {
    /** float32 on the CPU, all weights trained, all activations kept. */
    public static final ModelOptions PLAIN = new ModelOptions("cpu", WeightType.F32, null, false);

    private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");

    public ModelOptions {
        if (!device.equals("auto")
                && !device.equals("cpu")
                && !CUDA.matcher(device).matches()) {
            throw new ModelException("device is '" + device + "', it must be auto, cpu or cuda:N");
        }
        if (dtype == WeightType.F16) {
            throw new ModelException("weights are held as F32 or BF16, not as F16");
        }
    }
}

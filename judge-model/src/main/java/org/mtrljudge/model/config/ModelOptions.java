package org.mtrljudge.model.config;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How a judge is kept in memory and which of its weights are trained.
 *
 * @param device auto (a GPU if there is one), cpu or cuda:N
 * @param dtype the number type of the weights and of an adapter, F32 or BF16. The optimiser's state is always float32
 * @param lora the adapter that is trained, or null to train all weights
 * @param gradientCheckpointing whether training keeps only the input of each layer and computes the layer again in the backward pass
 */
public record ModelOptions(
        String device, WeightType dtype, @Nullable Lora lora, boolean gradientCheckpointing) {
    /** float32 on the CPU; all weights are trained, all activations are kept. */
    public static final ModelOptions PLAIN = new ModelOptions("cpu", WeightType.F32, null, false);

    private static final Pattern CUDA = Pattern.compile("cuda:(\\d{1,3})");

    public ModelOptions {
        if (!device.equals("auto")
                && !device.equals("cpu")
                && !CUDA.matcher(device).matches()) {
            throw new ModelException("device is '" + device + "'; it must be auto, cpu or cuda:N");
        }
        if (dtype == WeightType.F16) {
            throw new ModelException("weights can be kept as F32 or BF16, not as F16");
        }
    }
}

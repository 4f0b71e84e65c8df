package org.mtrljudge.model.weights;

import ai.djl.ndarray.types.Shape;
import java.util.Random;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.TensorShapes;
import org.mtrljudge.model.config.WeightType;

/** Random initial weights of a judge or of an adapter, determined by a seed. */
public final class RandomWeights {
    private RandomWeights() {}

    /** The weights of a judge: matrices scaled by their fan-in, small embeddings, norms of one, biases of zero. */
    public static SortedMap<String, Safetensors.Tensor> of(final JudgeConfig config, final long seed) {
        final Random random = new Random(seed);
        final SortedMap<String, Safetensors.Tensor> tensors = new TreeMap<>();
        TensorShapes.of(config).forEach((name, shape) -> {
            final float centre = name.contains("norm") && name.endsWith(".weight") ? 1f : 0f;
            final double deviation = deviation(name, shape);
            tensors.put(name, new Safetensors.Tensor(shape, WeightType.F32, (target, from) -> {
                while (target.hasRemaining()) {
                    target.putFloat(centre + (float) (deviation * random.nextGaussian()));
                }
            }));
        });
        return tensors;
    }

    /** The weights of an adapter that does not change the model yet: A is uniform in ±1/√in (Kaiming, a = √5), B is zero. */
    public static SortedMap<String, Safetensors.Tensor> adapter(
            final Lora lora, final JudgeConfig config, final long seed) {
        final SplittableRandom random = new SplittableRandom(seed);
        final SortedMap<String, Safetensors.Tensor> tensors = new TreeMap<>();
        lora.shapes(config).forEach((name, shape) -> {
            final double bound = Lora.isA(name) ? 1 / Math.sqrt(shape.get(1)) : 0;
            tensors.put(name, new Safetensors.Tensor(shape, WeightType.F32, (target, from) -> {
                while (target.hasRemaining()) {
                    target.putFloat((float) (bound * (2 * random.nextDouble() - 1)));
                }
            }));
        });
        return tensors;
    }

    private static double deviation(final String name, final Shape shape) {
        if (shape.dimension() == 1) {
            return 0;
        }
        return name.contains("embed_tokens") || name.contains("pos_embed")
                ? 0.02
                : 1 / Math.sqrt((double) shape.size() / shape.get(0));
    }
}

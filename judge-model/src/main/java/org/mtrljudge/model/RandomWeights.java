package org.mtrljudge.model;

import ai.djl.ndarray.types.Shape;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;

/** Fresh weights from a seed: matrices by fan-in, embeddings small, norms one, biases zero. */
final class RandomWeights {
    private RandomWeights() {}

    static SortedMap<String, Safetensors.Tensor> of(final JudgeConfig config, final long seed) {
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

    private static double deviation(final String name, final Shape shape) {
        if (shape.dimension() == 1) {
            return 0;
        }
        return name.contains("embed_tokens") || name.contains("pos_embed")
                ? 0.02
                : 1 / Math.sqrt((double) shape.size() / shape.get(0));
    }
}

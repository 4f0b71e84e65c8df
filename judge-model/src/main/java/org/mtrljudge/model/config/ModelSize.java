package org.mtrljudge.model.config;

import ai.djl.ndarray.types.Shape;
import java.util.SortedMap;

/**
 * The size of a judge, computed from its configuration without reading its weights.
 *
 * @param parameters the number of parameters of all tensors
 * @param tensors the number of tensors
 * @param keyValuesPerToken the count of numbers that generation keeps per position: the keys and values of every layer
 */
public record ModelSize(long parameters, int tensors, long keyValuesPerToken) {

    public static ModelSize of(final JudgeConfig config) {
        final SortedMap<String, Shape> shapes = TensorShapes.of(config);
        final JudgeConfig.Text text = config.text();
        return new ModelSize(
                shapes.values().stream().mapToLong(Shape::size).sum(),
                shapes.size(),
                2L * text.layers() * text.keyValueHeads() * text.headDim());
    }
}

package org.mtrljudge.model.config;

import ai.djl.ndarray.types.Shape;
import java.util.SortedMap;

/**
 * How large a judge is, told from its configuration alone.
 *
 * @param parameters over all tensors
 * @param keyValuesPerToken numbers that generation keeps for a position: keys and values of every layer
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

package org.mtrljudge.model.training;

import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSize;

/**
 * How much memory a judge takes, counted from its configuration; all figures are bytes. What libtorch and the JVM take besides, and
 * what allocators leave unused, comes on top.
 *
 * @param weights of the whole judge
 * @param policy what is trained and broadcast: the same, or the adapter
 * @param gradients of the policy
 * @param optimizer AdamW's two moments, and float32 masters of weights that are not
 * @param activations what a micro-batch keeps for its backward pass in the decoder
 * @param probabilities of all tokens that a micro-batch scores at once
 */
public record MemoryPlan(
        long weights, long policy, long gradients, long optimizer, long activations, long probabilities) {

    /**
     * @param tokens positions of a micro-batch
     * @throws ModelException when the adapter does not fit the architecture
     */
    public static MemoryPlan of(final JudgeConfig config, final ModelOptions options, final long tokens) {
        final long parameters = ModelSize.of(config).parameters();
        final long bytes = options.dtype().bytes();
        final @Nullable Lora lora = options.lora();
        final long trained = lora == null
                ? parameters
                : lora.shapes(config).values().stream().mapToLong(Shape::size).sum();
        final long policyBytes = lora == null ? bytes : Float.BYTES;
        final long masters = policyBytes == Float.BYTES ? 0 : Float.BYTES;
        final long layer = keptByLayer(config.text()) * tokens * bytes;
        final long inputs = (long) config.text().layers() * config.text().hiddenSize() * tokens * bytes;
        final long scored = options.gradientCheckpointing() ? GradientCheckpointing.HEAD_ROWS : tokens;
        return new MemoryPlan(
                parameters * bytes,
                trained * policyBytes,
                trained * policyBytes,
                trained * (2L * Float.BYTES + masters),
                options.gradientCheckpointing() ? inputs + layer : config.text().layers() * layer,
                scored * config.text().vocabSize() * Float.BYTES);
    }

    /**
     * Numbers a decoder layer keeps for a position: around its norms 6 times the hidden size; 7 times the queries (their norm, rotation,
     * attention, and keys and values repeated for them); keys and values; 4 times the inner size of its MLP.
     */
    private static long keptByLayer(final JudgeConfig.Text text) {
        final long queries = (long) text.heads() * text.headDim();
        final long keys = (long) text.keyValueHeads() * text.headDim();
        final JudgeConfig.Experts experts = text.experts();
        final long mlp = experts == null
                ? 4L * text.intermediateSize()
                : experts.perToken() * (4L * experts.intermediateSize() + 2L * text.hiddenSize());
        return 6L * text.hiddenSize() + 7 * queries + 4 * keys + mlp;
    }
}

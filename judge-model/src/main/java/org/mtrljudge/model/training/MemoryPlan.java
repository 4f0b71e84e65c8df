package org.mtrljudge.model.training;

import ai.djl.ndarray.types.Shape;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSize;
import org.mtrljudge.model.config.WeightType;

/**
 * The memory that a judge needs, in bytes, computed from its configuration. It does not include the memory that libtorch and the JVM
 * need for themselves, nor memory that allocators leave unused.
 *
 * @param weights the weights of the whole judge
 * @param policy the weights that are trained and broadcast: those of the whole judge, or of the adapter
 * @param gradients the gradients of the policy, and their float32 sums if the policy is not float32
 * @param optimizer the two moments of AdamW, and a float32 master copy if the policy is not float32
 * @param activations the arrays that the decoder keeps for the backward pass of a micro-batch, and those that the backward pass of one layer
 *     makes
 * @param probabilities the probabilities of all tokens that a micro-batch scores at once
 */
public record MemoryPlan(
        long weights, long policy, long gradients, long optimizer, long activations, long probabilities) {
    /**
     * The arrays of a backward pass, as a multiple of the numbers that a layer keeps. Most are float32 in any case. Measured on the CPU, see
     * {@code MemoryPlanTest}.
     */
    private static final double BACKWARD = 1.5;

    /**
     * Computes the plan.
     *
     * @param tokens the number of positions of a micro-batch
     * @param copies the positions of prompts whose keys and values are copied, once for each completion, for its attention
     * @throws ModelException when the adapter does not fit the architecture
     */
    public static MemoryPlan of(
            final JudgeConfig config, final ModelOptions options, final long tokens, final long copies) {
        final long parameters = ModelSize.of(config).parameters();
        final long bytes = options.dtype().bytes();
        final @Nullable Lora lora = options.lora();
        final long trained = lora == null
                ? parameters
                : lora.shapes(config).values().stream().mapToLong(Shape::size).sum();
        final boolean rounded = options.dtype() != WeightType.F32;
        final long keys = 2L * config.text().keyValueHeads() * config.text().headDim();
        final long layer = keptByLayer(config.text(), bytes) * tokens + keys * copies * bytes;
        final long backward = (long) (BACKWARD * keptByLayer(config.text(), Float.BYTES) * tokens);
        final long inputs = (long) config.text().layers() * config.text().hiddenSize() * tokens * bytes;
        return new MemoryPlan(
                parameters * bytes,
                trained * bytes,
                trained * (bytes + (rounded ? Float.BYTES : 0)),
                trained * (2L * Float.BYTES + (rounded ? Float.BYTES : 0)),
                backward
                        + (options.gradientCheckpointing()
                                ? inputs + layer
                                : config.text().layers() * layer),
                ScoringHead.bytesAtOnce(
                        config.text().vocabSize(), tokens, options.gradientCheckpointing(), options.dtype()));
    }

    /**
     * The bytes that a decoder layer keeps per position. Of numbers these are: 6 times the hidden size around its norms; 7 times the size of
     * the queries (norm, rotation, attention, and the keys and values that are repeated for those of prompts); 4 times the size of the keys;
     * 4 times the inner size of the MLP. What goes into a norm, of the layer or of its queries and keys, is kept in float32.
     *
     * @param bytes of a number of the judge
     */
    private static long keptByLayer(final JudgeConfig.Text text, final long bytes) {
        final long queries = (long) text.heads() * text.headDim();
        final long keys = (long) text.keyValueHeads() * text.headDim();
        final JudgeConfig.Experts experts = text.experts();
        final long mlp = experts == null
                ? 4L * text.intermediateSize()
                : experts.perToken() * (4L * experts.intermediateSize() + 2L * text.hiddenSize());
        final long normed = 2L * text.hiddenSize() + queries + keys;
        return normed * Float.BYTES + (4L * text.hiddenSize() + 6 * queries + 3 * keys + mlp) * bytes;
    }
}

package org.mtrljudge.model.config;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A low-rank adapter (Hu et al. 2021): y = W x + alpha / rank · B A x; W is frozen.
 *
 * @param rank the number of rows of A and of columns of B
 * @param targetModules the linear layers that get an adapter, by the last part of their names as in PEFT ({@code q_proj}); or only
 *     {@link #ALL_LINEAR} for every linear layer of the decoder
 */
public record Lora(int rank, double alpha, List<String> targetModules) {
    /** Names every linear layer of the decoder. The vision tower gets no adapters. */
    public static final String ALL_LINEAR = "all-linear";

    /** The prefix of a module's name in the files of PEFT. */
    public static final String PREFIX = "base_model.model.";

    /** The end of the name of a matrix A, {@code [rank, in]}. */
    public static final String A = ".lora_A.weight";

    /** The end of the name of a matrix B, {@code [out, rank]}. */
    public static final String B = ".lora_B.weight";

    public Lora {
        if (rank < 1 || !(alpha > 0) || Double.isInfinite(alpha)) {
            throw new ModelException("a LoRA adapter needs a rank of at least 1 and an alpha greater than 0; they are "
                    + rank + " and " + alpha);
        }
        targetModules = targetModules.stream().sorted().toList();
    }

    /** Whether a tensor of an adapter's file is a matrix A. All other tensors are matrices B. */
    public static boolean isA(final String tensor) {
        return tensor.endsWith(A);
    }

    /** The factor of the product B A x. */
    public double scale() {
        return alpha / rank;
    }

    /**
     * Returns the same adapter with {@link #ALL_LINEAR} replaced by the names of the layers, as PEFT needs them.
     *
     * @throws ModelException when the architecture has no module of a given name
     */
    public Lora resolved(final JudgeConfig config) {
        final Map<String, Boolean> linear = linearModules(config);
        if (targetModules.equals(List.of(ALL_LINEAR))) {
            final List<String> ofDecoder = new ArrayList<>();
            linear.forEach((name, vision) -> {
                if (!vision) {
                    ofDecoder.add(name);
                }
            });
            return new Lora(rank, alpha, ofDecoder);
        }
        for (final String target : targetModules) {
            if (!linear.containsKey(target)) {
                throw new ModelException(
                        "the LoRA target module '" + target + "' does not exist in this model: name some of "
                                + linear.keySet() + ", or only " + ALL_LINEAR);
            }
        }
        return this;
    }

    /** The linear layers that can be adapted, by the last part of their names, and whether they belong to the vision tower. */
    private static Map<String, Boolean> linearModules(final JudgeConfig config) {
        final Map<String, Boolean> found = new TreeMap<>();
        TensorShapes.of(config).forEach((name, shape) -> {
            if (isLinear(name, shape)) {
                found.put(lastName(name), name.startsWith("model.visual."));
            }
        });
        return found;
    }

    /**
     * Excludes routers, experts, embeddings and heads. Excludes also {@code proj} of the vision attention: PEFT selects modules by the
     * last part of their names, so it would also adapt the patch embedding, which is a convolution with the same last name.
     */
    private static boolean isLinear(final String name, final Shape shape) {
        return shape.dimension() == 2
                && name.endsWith(".weight")
                && !name.contains("embed")
                && !name.contains("lm_head")
                && !name.endsWith(".mlp.gate.weight")
                && !name.endsWith(".attn.proj.weight");
    }

    private static String lastName(final String weight) {
        final String module = weight.substring(0, weight.length() - ".weight".length());
        return module.substring(module.lastIndexOf('.') + 1);
    }

    /** The shapes of the adapter's tensors, by the names that PEFT gives them. */
    public SortedMap<String, Shape> shapes(final JudgeConfig config) {
        final TreeSet<String> targets = new TreeSet<>(resolved(config).targetModules);
        final SortedMap<String, Shape> shapes = new TreeMap<>();
        TensorShapes.of(config).forEach((name, shape) -> {
            if (isLinear(name, shape) && targets.contains(lastName(name))) {
                final String module = PREFIX + name.substring(0, name.length() - ".weight".length());
                shapes.put(module + A, new Shape(rank, shape.get(1)));
                shapes.put(module + B, new Shape(shape.get(0), rank));
            }
        });
        return shapes;
    }
}

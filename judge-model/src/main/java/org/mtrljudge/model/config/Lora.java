package org.mtrljudge.model.config;

import ai.djl.ndarray.types.Shape;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * A low-rank adapter (Hu et al. 2021): y = W x + alpha / rank · B A x, W frozen.
 *
 * @param rank rows of A and columns of B
 * @param targetModules last names of the linear layers that get one, as PEFT has them ({@code q_proj}), or {@link #ALL_LINEAR}
 *     alone for every linear layer of the decoder
 */
public record Lora(int rank, double alpha, List<String> targetModules) {
    /** Every linear layer of the decoder; the vision tower stays as it is. */
    public static final String ALL_LINEAR = "all-linear";

    /** What PEFT puts before a module's name in an adapter's file. */
    public static final String PREFIX = "base_model.model.";

    private static final String A = ".lora_A.weight";
    private static final String B = ".lora_B.weight";

    public Lora {
        if (rank < 1 || !(alpha > 0)) {
            throw new ModelException(
                    "a LoRA needs a rank from 1 and an alpha over 0, these are " + rank + ", " + alpha);
        }
        targetModules = targetModules.stream().sorted().toList();
    }

    /** Whether a tensor of an adapter, named as in its file, is an A; the others are Bs. */
    public static boolean isA(final String tensor) {
        return tensor.endsWith(A);
    }

    /** What B A x is multiplied with. */
    public double scale() {
        return alpha / rank;
    }

    /** The same adapter with {@link #ALL_LINEAR} written out for an architecture, as PEFT's configuration wants it. */
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
                throw new ModelException("a LoRA's target module is '" + target + "'; this model has " + linear.keySet()
                        + ", or " + ALL_LINEAR + " alone");
            }
        }
        return this;
    }

    /** The last names of an architecture's linear layers that can be adapted, and whether they are the vision tower's. */
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
     * Routers, experts, embeddings and heads are left out; so is the vision attention's {@code proj}: PEFT goes by last names, and
     * would adapt the patch embedding, a convolution of that name, with it.
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

    /** The adapter's tensors by their published names. */
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

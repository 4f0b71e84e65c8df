package org.mtrljudge.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;

/**
 * Second copies of the decoder's large float32 matrices on a CPU, in the layout in which oneDNN reads them fastest. Generation multiplies
 * few rows with whole matrices at each token. Without these copies libtorch brings each matrix into that layout each time: a token of 4
 * rows of a judge of 98 M parameters takes twice as long. The copies follow the weights: they are made again when the weights have changed.
 */
final class PackedWeights {
    /** Smaller matrices (in elements) are faster as they are. */
    private static final long SMALLEST = 1 << 18;

    /** The copies take as much memory again; larger judges go without them. */
    private static final long MOST_BYTES = 4L << 30;

    private static final String SUFFIX = ".weight";
    private final Weights base;
    private final JudgeModule module;
    private final SortedMap<String, NDArray> sources;
    private final NDManager manager;
    private final Map<String, NDArray> packed = new LinkedHashMap<>();
    private long madeOf = -1;

    /** @param parent owns the copies */
    PackedWeights(final Weights base, final JudgeModule module, final NDManager parent) {
        this.base = base;
        this.module = module;
        this.sources = sources(base, module, parent);
        this.manager = parent.newSubManager();
    }

    private static SortedMap<String, NDArray> sources(
            final Weights base, final JudgeModule module, final NDManager manager) {
        final SortedMap<String, NDArray> large = new TreeMap<>();
        if (!module.packs() || manager.getDevice().isGpu() || base.type() != WeightType.F32) {
            return large;
        }
        final boolean ownHead = base.tensors().containsKey("lm_head.weight");
        base.tensors().forEach((name, tensor) -> {
            final boolean decoder = name.startsWith("model.language_model.layers.") && name.endsWith("_proj.weight");
            final boolean head = name.equals(ownHead ? "lm_head.weight" : "model.language_model.embed_tokens.weight");
            if ((decoder || head) && tensor.getShape().dimension() == 2 && tensor.size() >= SMALLEST) {
                large.put(name, tensor);
            }
        });
        final long bytes =
                large.values().stream().mapToLong(t -> Float.BYTES * t.size()).sum();
        return bytes > MOST_BYTES ? new TreeMap<>() : large;
    }

    /** Appends the copies to the arguments of a module's method, as further entries of the dictionary {@code w}. */
    void addTo(final NDList arguments) {
        if (base.changes() != madeOf) {
            madeOf = -1;
            sources.forEach(this::pack);
            madeOf = base.changes();
        }
        arguments.addAll(new NDList(packed.values()));
    }

    private void pack(final String name, final NDArray source) {
        final NDArray before = packed.remove(name);
        if (before != null) {
            before.close();
        }
        source.setName(null);
        final NDArray made =
                module.run("pack", new NDList(source), Gradients.NEVER).head();
        made.attach(manager);
        made.setName("w." + name.substring(0, name.length() - SUFFIX.length()) + ".packed");
        packed.put(name, made);
    }
}

package org.mtrljudge.model.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.DataType;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.TensorShapes;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;

/** The weights of a judge: the base model and, if one is trained, the adapter. */
public final class JudgeWeights {
    private static final String ARGUMENT = "w";
    private final JudgeConfig config;
    private final Weights base;
    private final @Nullable Adapter adapter;
    private final PackedWeights packed;

    /** @param scale the factor of the adapter's product: a scalar on the CPU */
    private record Adapter(Lora lora, Weights weights, NDArray scale) {}

    /**
     * @param options the number type of the base model and of the adapter, and the adapter that is trained
     * @param tensors the tensors of the base model
     * @param adapterTensors the tensors of the adapter; empty if all weights are trained
     * @param manager owns the arrays
     */
    public JudgeWeights(
            final JudgeConfig config,
            final ModelOptions options,
            final SortedMap<String, Safetensors.Tensor> tensors,
            final SortedMap<String, Safetensors.Tensor> adapterTensors,
            final JudgeModule module,
            final NDManager manager) {
        final TensorTransfer transfer = new TensorTransfer(module);
        final Lora lora = options.lora();
        this.config = config;
        this.base = Weights.of(tensors, "", options.dtype(), transfer, manager);
        this.adapter = lora == null
                ? null
                : new Adapter(
                        lora,
                        Weights.of(adapterTensors, Lora.PREFIX, options.dtype(), transfer, manager),
                        manager.newSubManager(Device.cpu()).create(lora.scale()));
        if (adapter != null) {
            adapter.scale.setName(ARGUMENT + ".lora_scale");
        }
        this.packed = new PackedWeights(base, module, manager);
    }

    /** The weights of the whole judge without an adapter. */
    public Weights base() {
        return base;
    }

    /** The weights that are trained, broadcast and saved: all weights, or only those of the adapter if there is one. */
    public Weights policy() {
        return adapter == null ? base : adapter.weights;
    }

    /** The low-rank adapter that is trained, or null if all weights are trained. */
    public @Nullable Lora lora() {
        return adapter == null ? null : adapter.lora;
    }

    /** Appends all weights to the arguments of a module's method, as the dictionary {@code w}. */
    public void addTo(final NDList arguments) {
        addTo(arguments, policy());
    }

    /** Appends all weights as above, and the packed copies of them that make generation faster. */
    public void addForGenerationTo(final NDList arguments) {
        // first, because packing clears the names that the weights have in this call
        packed.addTo(arguments);
        addTo(arguments);
    }

    /** Appends all weights as above, with another version of the policy. */
    public void addTo(final NDList arguments, final Weights version) {
        add(arguments, version, List.of(""));
    }

    /** Appends only the weights whose names begin with one of {@code parts}. Returns whether some of these weights are trained. */
    public boolean addPartsTo(final NDList arguments, final List<String> parts) {
        return add(arguments, policy(), parts);
    }

    private boolean add(final NDList arguments, final Weights policy, final List<String> parts) {
        boolean trained = false;
        for (final String part : parts) {
            if (adapter != null) {
                base.addPartTo(arguments, ARGUMENT, part);
            }
            trained |= policy.addPartTo(arguments, ARGUMENT, part);
        }
        if (adapter != null) {
            arguments.add(adapter.scale);
        }
        return trained;
    }

    /**
     * Adds an adapter to the weights of the base model: W + alpha / rank · B A, computed in float32. The result has the number type of the
     * base model, so a base in BF16 is rounded.
     *
     * @param adapterTensors the tensors of the adapter
     */
    public void merge(final Lora lora, final SortedMap<String, Safetensors.Tensor> adapterTensors) {
        try (NDManager parent = base.newScope()) {
            final Weights added = Weights.of(adapterTensors, Lora.PREFIX, WeightType.F32, base.transfer(), parent);
            added.tensors().forEach((name, b) -> {
                if (Lora.isA(name)) {
                    return;
                }
                final String module = name.substring(Lora.PREFIX.length(), name.length() - Lora.B.length());
                final NDArray a = tensor(added, Lora.PREFIX + module + Lora.A);
                final NDArray weight = tensor(base, module + ".weight");
                try (NDManager scope = parent.newSubManager()) {
                    // [out, rank] · [rank, in] = [out, in]
                    final NDArray merged = scope.create(weight.getShape(), DataType.FLOAT32);
                    base.transfer().copy(weight, merged);
                    final NDArray product = b.matMul(a);
                    product.attach(scope);
                    merged.addi(product.muli(lora.scale()));
                    base.transfer().copy(merged, weight);
                }
            });
        }
        base.changed();
    }

    private static NDArray tensor(final Weights weights, final String name) {
        return Objects.requireNonNull(weights.tensors().get(name), name);
    }

    /**
     * Replaces the policy's weights by those of a safetensors image in memory.
     *
     * @param origin names the image in error messages
     * @throws ModelException when the image does not fit this policy. The policy then keeps its weights
     */
    public void replacePolicy(final ByteBuffer safetensors, final String origin) {
        policy().overwrite(Safetensors.read(safetensors, policyShapes(), Path.of(origin)));
    }

    /** Replaces the policy's weights as above, from a file of any size. The learner may delete the file meanwhile. */
    public void replacePolicy(final Path safetensors) {
        Safetensors.readOpen(safetensors, tensors -> {
            Safetensors.check(tensors, policyShapes(), safetensors);
            policy().overwrite(tensors);
        });
    }

    private SortedMap<String, Shape> policyShapes() {
        return adapter == null ? TensorShapes.of(config) : adapter.lora.shapes(config);
    }
}

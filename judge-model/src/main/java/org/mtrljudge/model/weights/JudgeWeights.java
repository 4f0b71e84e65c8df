package org.mtrljudge.model.weights;

import ai.djl.Device;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.TensorShapes;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;

/** The weights of a judge: its base, and the adapter on it where one is trained instead. */
public final class JudgeWeights {
    private static final String ARGUMENT = "w";
    private final JudgeConfig config;
    private final Weights base;
    private final @Nullable Adapter adapter;

    /** @param scale what the module multiplies the adapter's product with: a scalar on the CPU */
    private record Adapter(Lora lora, Weights weights, NDArray scale) {}

    /**
     * @param options the type that the base is held in, and the adapter that is trained
     * @param tensors of the base
     * @param adapterTensors empty where all weights are trained
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
                        Weights.of(adapterTensors, Lora.PREFIX, WeightType.F32, transfer, manager),
                        manager.newSubManager(Device.cpu()).create(lora.scale()));
        if (adapter != null) {
            adapter.scale.setName(ARGUMENT + ".lora_scale");
        }
    }

    /** The whole judge without an adapter. */
    public Weights base() {
        return base;
    }

    /** What is trained, broadcast and saved: all weights, or the adapter alone where there is one. */
    public Weights policy() {
        return adapter == null ? base : adapter.weights;
    }

    /** The low-rank adapter that is trained, if it is one. */
    public @Nullable Lora lora() {
        return adapter == null ? null : adapter.lora;
    }

    /** Appends all weights as the dictionary {@code w} of a module's method. */
    public void addTo(final NDList arguments) {
        addTo(arguments, policy());
    }

    /** As above, with another version of the policy. */
    public void addTo(final NDList arguments, final Weights version) {
        add(arguments, version, List.of(""));
    }

    /** As above, only the weights whose names begin with one of {@code parts}. Tells whether some of them are trained. */
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
     * Takes a policy's weights from a safetensors image.
     *
     * @throws ModelException when the image does not fit this policy; the old weights stay
     */
    public void replacePolicy(final ByteBuffer safetensors, final String origin) {
        policy().overwrite(Safetensors.read(safetensors, policyShapes(), Path.of(origin)));
    }

    /** As above, from a file of any size. */
    public void replacePolicy(final Path safetensors) {
        final SortedMap<String, Safetensors.Tensor> tensors = Safetensors.read(safetensors);
        Safetensors.check(tensors, policyShapes(), safetensors);
        policy().overwrite(tensors);
    }

    private SortedMap<String, Shape> policyShapes() {
        return adapter == null ? TensorShapes.of(config) : adapter.lora.shapes(config);
    }
}

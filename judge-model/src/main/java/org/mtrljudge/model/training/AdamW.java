package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.ndarray.types.Shape;
import java.io.IOException;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.engine.JudgeModule.Gradients;
import org.mtrljudge.model.weights.Safetensors;
import org.mtrljudge.model.weights.Weights;

/**
 * The AdamW optimiser of a judge's trained weights, with clipping by the global gradient norm. Weight decay does not apply to norms and
 * biases. The state is float32: two moments and, if the weights have another type, a master copy of them.
 */
public final class AdamW implements AutoCloseable {
    /**
     * The optimiser's constants.
     *
     * @param maxGradNorm larger gradients are scaled down to this global norm
     */
    public record Settings(double weightDecay, double beta1, double beta2, double epsilon, double maxGradNorm) {}

    /** The file of the state in a checkpoint folder: float32 tensors, named by PyTorch's name of the state and the name of the weight. */
    public static final String FILE = "optimizer.safetensors";

    private static final String MASTER = "master.";

    private final JudgeModule module;
    private final Weights weights;
    private final Weights masters;
    private final Settings settings;
    private final Weights firstMoments;
    private final Weights secondMoments;
    private int updates;

    public AdamW(final JudgeModule module, final Weights weights, final Settings settings) {
        this.module = module;
        this.weights = weights;
        this.settings = settings;
        this.masters = weights.type() == WeightType.F32 ? weights : weights.copy(WeightType.F32);
        this.firstMoments = weights.zeros();
        this.secondMoments = weights.zeros();
        weights.trackGradients();
    }

    /**
     * Updates the weights with the gradients on them. Afterwards the gradients are zero.
     *
     * @return the global gradient norm before clipping. If it is not finite, the weights are not updated
     */
    public double step(final double learningRate) {
        try (Weights gradients = weights.gradients();
                NDManager scope = weights.newScope()) {
            final NDList forNorm = new NDList();
            gradients.addTo(forNorm, "g");
            final NDList norm = module.run("gradient_norm", forNorm, Gradients.NEVER);
            norm.attach(scope);
            final double total = norm.head().toFloatArray()[0];
            if (!Double.isFinite(total)) {
                final NDList toClear = new NDList();
                gradients.addTo(toClear, "g");
                module.run("clear", toClear, Gradients.NEVER).attach(scope);
                return total;
            }
            update(gradients, learningRate, Math.min(1, settings.maxGradNorm / (total + 1e-6)), scope);
            return total;
        }
    }

    private void update(
            final Weights gradients, final double learningRate, final double clipping, final NDManager scope) {
        updates++;
        final NDList arguments = new NDList();
        masters.addTo(arguments, "w");
        gradients.addTo(arguments, "g");
        firstMoments.addTo(arguments, "m");
        secondMoments.addTo(arguments, "u");
        arguments.add(scope.create(new double[] {
            learningRate,
            settings.beta1,
            settings.beta2,
            settings.epsilon,
            settings.weightDecay,
            1 - Math.pow(settings.beta1, updates),
            1 - Math.pow(settings.beta2, updates),
            clipping
        }));
        module.run("adamw", arguments, Gradients.NEVER).attach(scope);
        if (masters != weights) {
            final NDList toRound = new NDList();
            weights.addTo(toRound, "w");
            masters.addTo(toRound, "p");
            module.run("round", toRound, Gradients.NEVER).attach(scope);
        }
        weights.changed();
    }

    /** Writes moments, master weights and the number of updates. {@link #restore} reads them. */
    public void writeTo(final WritableByteChannel out) throws IOException {
        try (NDManager scope = weights.newScope()) {
            final NDArray step = scope.create(new float[] {updates});
            Safetensors.write(state(step), WeightType.F32, WeightType.F32, weights.transfer(), out);
        }
    }

    private SortedMap<String, NDArray> state(final NDArray step) {
        final SortedMap<String, NDArray> state = new TreeMap<>();
        state.put("step", step);
        firstMoments.tensors().forEach((name, t) -> state.put("exp_avg." + name, t));
        secondMoments.tensors().forEach((name, t) -> state.put("exp_avg_sq." + name, t));
        if (masters != weights) {
            masters.tensors().forEach((name, t) -> state.put(MASTER + name, t));
        }
        return state;
    }

    /**
     * Reads the state that {@link #writeTo} wrote into a checkpoint folder.
     *
     * @throws ModelException when the state is missing, damaged, or belongs to another model
     */
    public void restore(final Path folder) {
        final Path file = folder.resolve(FILE);
        final SortedMap<String, Safetensors.Tensor> found = Safetensors.read(file);
        try (NDManager scope = weights.newScope()) {
            final NDArray step = scope.create(new float[1]);
            final SortedMap<String, Shape> expected = new TreeMap<>();
            final SortedMap<String, NDArray> state = state(step);
            if (masters != weights && found.keySet().stream().noneMatch(name -> name.startsWith(MASTER))) {
                // an adapter that an earlier build kept in float32 has no masters: they begin at its weights
                state.keySet().removeIf(name -> name.startsWith(MASTER));
                masters.tensors()
                        .forEach((name, master) -> weights.transfer()
                                .copy(Objects.requireNonNull(weights.tensors().get(name)), master));
            }
            state.forEach((name, t) -> expected.put(name, t.getShape()));
            Safetensors.check(found, expected, file);
            for (final var target : state.entrySet()) {
                final Safetensors.Tensor source = Objects.requireNonNull(found.get(target.getKey()));
                weights.transfer().read(source.bytes(), source.type(), target.getValue(), WeightType.F32);
            }
            updates = (int) step.getFloat(0);
        } catch (final IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    @Override
    public void close() {
        firstMoments.close();
        secondMoments.close();
        if (masters != weights) {
            masters.close();
        }
    }
}

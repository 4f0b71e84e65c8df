package org.mtrljudge.model;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.function.Supplier;
import org.mtrljudge.model.JudgeModule.Gradients;

/** AdamW over all weights of a judge, with clipping by the global gradient norm. Norms and biases are not decayed. */
public final class AdamW implements AutoCloseable {
    /**
     * The optimiser's constants.
     *
     * @param maxGradNorm gradients are scaled down to this global norm
     */
    public record Settings(double weightDecay, double beta1, double beta2, double epsilon, double maxGradNorm) {}

    private final JudgeModule module;
    private final Weights weights;
    private final Settings settings;
    private final Weights firstMoments;
    private final Weights secondMoments;
    private int updates;

    AdamW(final JudgeModule module, final Weights weights, final Settings settings) {
        this.module = module;
        this.weights = weights;
        this.settings = settings;
        this.firstMoments = weights.zerosLike();
        this.secondMoments = weights.zerosLike();
        weights.trackGradients();
    }

    /** Runs the forward that {@code loss} builds and leaves its gradients on the weights, added to those already there. */
    public void backward(final Supplier<NDArray> loss) {
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            collector.backward(loss.get());
        }
    }

    /**
     * One update from the gradients on the weights, which are zero afterwards.
     *
     * @return the global gradient norm before clipping; when it is not finite nothing was updated
     */
    public double step(final double learningRate) {
        try (Weights gradients = weights.gradients();
                NDManager scope = weights.tensors()
                        .values()
                        .iterator()
                        .next()
                        .getManager()
                        .newSubManager()) {
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
            updates++;
            final NDList arguments = new NDList();
            weights.addTo(arguments, "w");
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
                Math.min(1, settings.maxGradNorm / (total + 1e-6))
            }));
            module.run("adamw", arguments, Gradients.NEVER).attach(scope);
            return total;
        }
    }

    @Override
    public void close() {
        firstMoments.close();
        secondMoments.close();
    }
}

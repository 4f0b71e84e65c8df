package org.mtrljudge.model;

import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import org.mtrljudge.model.JudgeModule.Gradients;

/**
 * AdamW over the trained weights of a judge, with clipping by the global gradient norm. Norms and biases are not decayed. All its
 * state is float32, also a master copy of weights that are not.
 */
public final class AdamW implements AutoCloseable {
    /**
     * The optimiser's constants.
     *
     * @param maxGradNorm gradients are scaled down to this global norm
     */
    public record Settings(double weightDecay, double beta1, double beta2, double epsilon, double maxGradNorm) {}

    private final JudgeModule module;
    private final Weights weights;
    private final Weights masters;
    private final Settings settings;
    private final Weights firstMoments;
    private final Weights secondMoments;
    private int updates;

    AdamW(final JudgeModule module, final Weights weights, final Settings settings) {
        this.module = module;
        this.weights = weights;
        this.settings = settings;
        this.masters = weights.type() == WeightType.F32 ? weights : weights.copy(WeightType.F32);
        this.firstMoments = weights.zeros();
        this.secondMoments = weights.zeros();
        weights.trackGradients();
    }

    /**
     * One update from the gradients on the weights, which are zero afterwards.
     *
     * @return the global gradient norm before clipping; when it is not finite nothing was updated
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

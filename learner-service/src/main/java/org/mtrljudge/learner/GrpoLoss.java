package org.mtrljudge.learner;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/**
 * The clipped surrogate of GRPO over completion tokens (DeepSeekMath eq. 3, with DAPO's separate clip ratios), as a pure function.
 * All arrays are {@code [tokens]}, float32.
 */
final class GrpoLoss {
    private final double clipRatioLow;
    private final double clipRatioHigh;
    private final double klCoef;

    GrpoLoss(final double clipRatioLow, final double clipRatioHigh, final double klCoef) {
        this.clipRatioLow = clipRatioLow;
        this.clipRatioHigh = clipRatioHigh;
        this.klCoef = klCoef;
    }

    /**
     * What the loss is made of.
     *
     * @param loss {@code []}: to be minimised, carries gradients
     * @param surrogate {@code []}: the policy part of it, {@code actor/pg_loss}
     * @param kl {@code []}: the weighted k3 estimate, {@code actor/kl_loss}; zero without a reference
     */
    record Terms(NDArray loss, NDArray surrogate, NDArray kl) {}

    /**
     * @param logProbs under the policy being trained
     * @param old under the policy that the clip is put around: the one that sampled, from the log, or the one the step began with
     * @param advantages of the token's completion
     * @param correction what a token's surrogate is multiplied by, see {@link ImportanceCorrection}; null for 1
     * @param weights of each token in the mean; they add up to 1 over the whole update
     * @param reference log-probabilities under the reference policy, or null without a KL term
     */
    Terms of(
            final NDArray logProbs,
            final NDArray old,
            final NDArray advantages,
            final @Nullable NDArray correction,
            final NDArray weights,
            final @Nullable NDArray reference) {
        final NDManager scope = weights.getManager();
        final NDArray ratio = logProbs.sub(old).exp(); // [tokens]
        final NDArray clipped = ratio.clip(1 - clipRatioLow, 1 + clipRatioHigh); // [tokens]
        final NDArray gain = ratio.mul(advantages).minimum(clipped.mul(advantages)); // [tokens]
        final NDArray corrected = correction == null ? gain : gain.mul(correction); // [tokens]
        final NDArray surrogate = corrected.mul(weights).sum().neg(); // []
        if (reference == null || klCoef == 0) {
            return new Terms(surrogate, surrogate, scope.create(0f));
        }
        final NDArray apart = reference.sub(logProbs); // [tokens]
        final NDArray k3 = apart.exp().sub(apart).sub(1); // [tokens], >= 0 (Schulman's k3, EasyR1's low_var_kl)
        final NDArray kl = k3.mul(weights).sum(); // []
        return new Terms(surrogate.add(kl.mul((float) klCoef)), surrogate, kl);
    }
}

package org.mtrljudge.learner.algorithm;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import org.jspecify.annotations.Nullable;

/**
 * The clipped surrogate of PPO (Schulman et al. 2017, eq. 7) over completion tokens, as a pure function. Advantages and KL term are
 * those of GRPO (DeepSeekMath, Shao et al. 2024, eq. 3). The separate clip ratios are those of DAPO (Yu et al. 2025, eq. 8). {@code
 * tokens} is the number of completion tokens of a micro-batch.
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
     * The loss and its parts.
     *
     * @param loss {@code []}, float32: the value to minimise; it carries gradients
     * @param policyLoss {@code []}, float32: the loss without the KL term, {@code actor/pg_loss}
     * @param kl {@code []}, float32: the k3 estimate before {@code klCoef}, {@code actor/kl_loss}; zero without a KL term
     * @param logRatio {@code [tokens]}, float32: log of π / π_old
     * @param ratio {@code [tokens]}, float32: π / π_old
     * @param clippedLow {@code [tokens]}, boolean: the lower bound replaces the ratio, so the token has no policy gradient; only
     *     where the advantage is negative
     * @param clippedHigh {@code [tokens]}, boolean: the upper bound replaces the ratio; only where the advantage is positive
     */
    record Terms(
            NDArray loss,
            NDArray policyLoss,
            NDArray kl,
            NDArray logRatio,
            NDArray ratio,
            NDArray clippedLow,
            NDArray clippedHigh) {}

    /**
     * @param logProbs {@code [tokens]}, float32: the log-probabilities under the policy in training
     * @param tokens the arrays of the micro-batch, each {@code [tokens]}
     * @param refLogProbs {@code [tokens]}, float32: the log-probabilities under the reference policy; null without a KL term
     * @param scope the scope that owns the new arrays
     */
    Terms of(
            final NDArray logProbs,
            final TokenArrays tokens,
            final @Nullable NDArray refLogProbs,
            final NDManager scope) {
        final NDArray oldLogProbs = scope.create(tokens.oldLogProbs()); // [tokens]
        final NDArray advantages = scope.create(tokens.advantages()); // [tokens]
        final NDArray tokenWeights = scope.create(tokens.tokenWeights()); // [tokens]

        final NDArray logRatio = logProbs.sub(oldLogProbs); // [tokens]
        final NDArray ratio = logRatio.exp(); // [tokens]
        final NDArray clippedRatio = ratio.clip(1 - clipRatioLow, 1 + clipRatioHigh); // [tokens]
        final NDArray surrogate = ratio.mul(advantages); // [tokens]
        final NDArray clippedSurrogate = clippedRatio.mul(advantages); // [tokens]
        final NDArray objective = surrogate.minimum(clippedSurrogate); // [tokens]
        final NDArray corrected = tokens.importanceWeights() == null
                ? objective
                : objective.mul(scope.create(tokens.importanceWeights())); // [tokens]
        final NDArray policyLoss = corrected.mul(tokenWeights).sum().neg(); // []

        final NDArray clipped = clippedSurrogate.lt(surrogate); // [tokens], boolean
        final NDArray clippedLow = clipped.logicalAnd(advantages.lt(0)); // [tokens], boolean
        final NDArray clippedHigh = clipped.logicalAnd(advantages.gt(0)); // [tokens], boolean

        if (refLogProbs == null || klCoef == 0) {
            return new Terms(policyLoss, policyLoss, scope.create(0f), logRatio, ratio, clippedLow, clippedHigh);
        }
        final NDArray kl = k3(logProbs, refLogProbs).mul(tokenWeights).sum(); // []
        final NDArray loss = policyLoss.add(kl.mul((float) klCoef)); // []
        return new Terms(loss, policyLoss, kl, logRatio, ratio, clippedLow, clippedHigh);
    }

    /** Schulman's k3 estimate of KL(π, π_ref) at each token, never negative: DeepSeekMath eq. 4, EasyR1's {@code low_var_kl}. */
    private static NDArray k3(final NDArray logProbs, final NDArray refLogProbs) {
        final NDArray logRefRatio = refLogProbs.sub(logProbs); // [tokens]
        return logRefRatio.exp().sub(logRefRatio).sub(1); // [tokens]
    }
}

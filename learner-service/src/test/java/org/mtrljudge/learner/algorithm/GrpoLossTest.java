package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpoLossTest {
    private static final double FLOAT = 1e-6;
    private final NDManager scope = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        scope.close();
    }

    private static float[] floats(final double... values) {
        final float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return floats;
    }

    private NDArray array(final double... values) {
        return scope.create(floats(values));
    }

    /** Ratios 1.5, 0.5, 1.5, 0.5 and 1.2 against the bounds 0.8 and 1.28; advantages 1, 1, −1, −1 and 1. */
    private GrpoLoss.Terms worked(final float @Nullable [] importanceWeights) {
        final NDArray logProbs =
                array(Math.log(1.5) - 1, Math.log(0.5) - 1, Math.log(1.5) - 1, Math.log(0.5) - 1, Math.log(1.2) - 1);
        final TokenArrays tokens = new TokenArrays(
                floats(-1, -1, -1, -1, -1),
                floats(1, 1, -1, -1, 1),
                importanceWeights,
                floats(0.2, 0.2, 0.2, 0.2, 0.2));
        return new GrpoLoss(0.2, 0.28, 0).of(logProbs, tokens, null, scope);
    }

    private static double value(final NDArray scalar) {
        return scalar.getFloat();
    }

    @Test
    void shouldMatchNumbersThatWereCalculatedByHand() {
        // min(1.5, 1.28) + min(0.5, 0.8) + min(-1.5, -1.28) + min(-0.5, -0.8) + 1.2 = 1.28 + 0.5 - 1.5 - 0.8 + 1.2
        assertThat(value(worked(null).loss())).isCloseTo(-0.68 / 5, within(FLOAT));
        assertThat(value(worked(null).policyLoss())).isCloseTo(-0.68 / 5, within(FLOAT));
        assertThat(value(worked(null).kl())).isZero();
        // 2 · 1.28 + 0.5 - 1.5 - 0.5 · 0.8 + 0 · 1.2
        assertThat(value(worked(floats(2, 1, 1, 0.5, 0)).loss())).isCloseTo(-1.16 / 5, within(FLOAT));
    }

    @Test
    void shouldMarkTheTokensWhoseRatioABoundReplaces() {
        final GrpoLoss.Terms terms = worked(null);
        final float[] ratios = terms.ratio().toFloatArray();
        final float[] logRatios = terms.logRatio().toFloatArray();
        final double[] expected = {1.5, 0.5, 1.5, 0.5, 1.2};
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) ratios[i]).isCloseTo(expected[i], within(FLOAT));
            assertThat((double) logRatios[i]).isCloseTo(Math.log(expected[i]), within(FLOAT));
        }
        // a ratio below the bound with a positive advantage stays, and so does a ratio above the bound with a negative
        // advantage
        assertThat(terms.clippedHigh().toBooleanArray()).containsExactly(true, false, false, false, false);
        assertThat(terms.clippedLow().toBooleanArray()).containsExactly(false, false, false, true, false);
    }

    @Test
    void shouldCountMarkedTokensInTheMetrics() {
        final UpdateMetrics metrics = new UpdateMetrics();
        metrics.addMicroBatch(worked(null), array(1, 2, 3, 4, 5));
        metrics.addMicroBatch(worked(null), array(0, 0, 0, 0, 0));
        metrics.addUpdate(4);
        metrics.addUpdate(2);
        final Map<String, Double> values = metrics.toMap(0.5, 0);
        assertThat(values.get("actor/pg_clipfrac_higher")).isEqualTo(0.2);
        assertThat(values.get("actor/pg_clipfrac_lower")).isEqualTo(0.2);
        assertThat(values.get("actor/pg_clipfrac")).isEqualTo(0.4);
        assertThat(values.get("actor/entropy_loss")).isEqualTo(1.5);
        assertThat(values.get("actor/grad_norm")).isEqualTo(3);
        assertThat(values.get("actor/lr")).isEqualTo(0.5);
        assertThat(values.get("actor/pg_loss")).isCloseTo(-0.68 / 5, within(FLOAT));
        // the mean of -log of the ratios: -log(1.5 · 0.5 · 1.5 · 0.5 · 1.2) / 5
        assertThat(values.get("actor/ppo_kl")).isCloseTo(-Math.log(0.675) / 5, within(FLOAT));
    }

    @Test
    void shouldAddTheK3Estimate() {
        final TokenArrays tokens = new TokenArrays(floats(-1), floats(0), null, floats(1));
        final GrpoLoss.Terms terms = new GrpoLoss(0.2, 0.2, 0.5).of(array(-1), tokens, array(-1 + Math.log(2)), scope);
        final double k3 = 2 - Math.log(2) - 1;
        assertThat((double) terms.kl().getFloat()).isCloseTo(k3, within(FLOAT));
        assertThat((double) terms.loss().getFloat()).isCloseTo(0.5 * k3, within(FLOAT));
    }

    @Test
    void shouldMatchANaiveImplementationAndItsGradient() {
        final Random random = new Random(1);
        final int n = 64;
        final double[] lp = random.doubles(n, -3, 0).toArray();
        final double[] old = random.doubles(n, -3, 0).toArray();
        final double[] a = random.doubles(n, -2, 2).toArray();
        final double[] w = random.doubles(n, 0, 0.05).toArray();
        final double[] ref = random.doubles(n, -3, 0).toArray();
        final double[] c = random.doubles(n, 0, 2).toArray();
        double expected = 0;
        final double[] gradient = new double[n];
        for (int i = 0; i < n; i++) {
            final double ratio = Math.exp(lp[i] - old[i]);
            final double clipped = Math.max(0.8, Math.min(1.28, ratio));
            final boolean open = ratio * a[i] <= clipped * a[i];
            final double apart = ref[i] - lp[i];
            expected += w[i] * (-c[i] * Math.min(ratio * a[i], clipped * a[i]) + 0.1 * (Math.exp(apart) - apart - 1));
            gradient[i] = w[i] * ((open ? -c[i] * ratio * a[i] : 0) + 0.1 * (1 - Math.exp(apart)));
        }
        final NDArray logProbs = array(lp);
        logProbs.setRequiresGradient(true);
        try (GradientCollector collector = Engine.getEngine("PyTorch").newGradientCollector()) {
            final NDArray loss = new GrpoLoss(0.2, 0.28, 0.1)
                    .of(logProbs, new TokenArrays(floats(old), floats(a), floats(c), floats(w)), array(ref), scope)
                    .loss();
            assertThat((double) loss.getFloat()).isCloseTo(expected, within(1e-5));
            collector.backward(loss);
        }
        final float[] found = logProbs.getGradient().toFloatArray();
        for (int i = 0; i < n; i++) {
            assertThat((double) found[i]).isCloseTo(gradient[i], within(1e-5));
        }
    }
}

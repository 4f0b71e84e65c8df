package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.engine.Engine;
import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import ai.djl.training.GradientCollector;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class GrpoLossTest {
    private static final double FLOAT = 1e-6;
    private final NDManager scope = NDManager.newBaseManager("PyTorch");

    @AfterEach
    void close() {
        scope.close();
    }

    private NDArray array(final double... values) {
        final float[] floats = new float[values.length];
        for (int i = 0; i < floats.length; i++) {
            floats[i] = (float) values[i];
        }
        return scope.create(floats);
    }

    @Test
    void shouldMatchHandWorkedNumbers() {
        // ratios 1.5, 0.5, 1.5, 0.5 against clips 0.8 and 1.28; advantages 1, 1, -1, -1
        final NDArray logProbs = array(Math.log(1.5) - 1, Math.log(0.5) - 1, Math.log(1.5) - 1, Math.log(0.5) - 1);
        final GrpoLoss.Terms terms = new GrpoLoss(0.2, 0.28, 0)
                .of(logProbs, array(-1, -1, -1, -1), array(1, 1, -1, -1), null, array(0.25, 0.25, 0.25, 0.25), null);
        // min(1.5, 1.28) + min(0.5, 0.8) + min(-1.5, -1.28) + min(-0.5, -0.8) = 1.28 + 0.5 - 1.5 - 0.8
        assertThat((double) terms.loss().getFloat()).isCloseTo(0.52 / 4, within(FLOAT));
        assertThat(terms.kl().getFloat()).isZero();
    }

    @Test
    void shouldAddTheK3Estimate() {
        final GrpoLoss.Terms terms =
                new GrpoLoss(0.2, 0.2, 0.5).of(array(-1), array(-1), array(0), null, array(1), array(-1 + Math.log(2)));
        final double k3 = 2 - Math.log(2) - 1;
        assertThat((double) terms.kl().getFloat()).isCloseTo(k3, within(FLOAT));
        assertThat((double) terms.loss().getFloat()).isCloseTo(0.5 * k3, within(FLOAT));
    }

    @Test
    void shouldAgreeWithANaiveTwinAndItsGradient() {
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
                    .of(logProbs, array(old), array(a), array(c), array(w), array(ref))
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

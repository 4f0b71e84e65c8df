package org.mtrljudge.tasks.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class CalibrationTest {
    private static final double EXACT = 1e-12;

    @Test
    void shouldCompareProbabilityAndRightnessBinByBin() {
        // 0.95 and 0.97 share the last bin: mean probability 0.96, half of them right; 0.5 is alone in its bin and
        // right
        final Calibration calibration =
                Calibration.of(new double[] {0.95, 0.97, 0.5}, new boolean[] {true, false, true});
        assertThat(calibration.ece()).isCloseTo((2 * 0.46 + 0.5) / 3, within(EXACT));
        assertThat(calibration.brier()).isCloseTo((0.05 * 0.05 + 0.97 * 0.97 + 0.25) / 3, within(EXACT));
        assertThat(calibration.samples()).isEqualTo(3);
    }

    @Test
    void shouldKnowCertainty() {
        assertThat(Calibration.of(new double[] {1, 1, 0}, new boolean[] {true, true, false}))
                .isEqualTo(new Calibration(0, 0, 3));
        assertThat(Calibration.of(new double[] {1, 0}, new boolean[] {false, true}))
                .isEqualTo(new Calibration(1, 1, 2));
    }

    /** A twin that looks through all verdicts for each bin. */
    @Test
    void shouldEqualTheDefinition() {
        final SplittableRandom random = new SplittableRandom(7);
        final double[] probabilities = random.doubles(500).toArray();
        final boolean[] right = new boolean[500];
        for (int i = 0; i < right.length; i++) {
            right[i] = random.nextDouble() < probabilities[i] * probabilities[i];
        }
        double ece = 0;
        for (int bin = 0; bin < 15; bin++) {
            int inside = 0;
            double confidence = 0;
            double accuracy = 0;
            for (int i = 0; i < right.length; i++) {
                if (probabilities[i] > bin / 15.0 && probabilities[i] <= (bin + 1) / 15.0) {
                    inside++;
                    confidence += probabilities[i];
                    accuracy += right[i] ? 1 : 0;
                }
            }
            ece += inside == 0 ? 0 : inside / 500.0 * Math.abs(accuracy / inside - confidence / inside);
        }
        assertThat(Calibration.of(probabilities, right).ece()).isCloseTo(ece, within(1e-9));
    }

    @Test
    void shouldRefuseNothing() {
        assertThatThrownBy(() -> Calibration.of(new double[0], new boolean[0]))
                .hasMessage("0 probabilities and 0 verdicts have no calibration");
    }
}

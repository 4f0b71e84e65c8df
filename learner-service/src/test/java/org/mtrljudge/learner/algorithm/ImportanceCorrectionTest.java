package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.LearnerSettings.RolloutIs;

class ImportanceCorrectionTest {
    private static final double FLOAT = 1e-6;

    /** More likely by 1.5 and 3 in the first completion, half as likely in the second. */
    private static final float[] PROXIMAL = {(float) Math.log(1.5), (float) Math.log(3), (float) Math.log(0.5)};

    private static final float[] BEHAVIOUR = {0, 0, 0};
    private static final int[] LENGTHS = {2, 1};

    private static void isClose(final float[] found, final double... expected) {
        assertThat(found).hasSize(expected.length);
        for (int i = 0; i < expected.length; i++) {
            assertThat((double) found[i]).isCloseTo(expected[i], within(FLOAT));
        }
    }

    @Test
    void shouldWeightEachTokenByItsOwnRatioAndTruncate() {
        final ImportanceCorrection token = new ImportanceCorrection(RolloutIs.TOKEN, 2);
        isClose(token.weights(PROXIMAL, BEHAVIOUR, LENGTHS), 1.5, 2, 0.5);
        final Map<String, Double> metrics = new HashMap<>();
        token.addTo(metrics);
        assertThat(metrics.get("rollout_is/mean")).isCloseTo(4.0 / 3, within(FLOAT));
        assertThat(metrics.get("rollout_is/max")).isCloseTo(2, within(FLOAT));
        assertThat(metrics.get("rollout_is/truncated_frac")).isCloseTo(1.0 / 3, within(FLOAT));
        // 4² / (3 · (2.25 + 4 + 0.25))
        assertThat(metrics.get("rollout_is/eff_sample_size")).isCloseTo(16 / 19.5, within(FLOAT));
    }

    @Test
    void shouldWeightATokenByTheRatioOfItsCompletion() {
        isClose(new ImportanceCorrection(RolloutIs.SEQUENCE, 10).weights(PROXIMAL, BEHAVIOUR, LENGTHS), 4.5, 4.5, 0.5);
        isClose(new ImportanceCorrection(RolloutIs.SEQUENCE, 2).weights(PROXIMAL, BEHAVIOUR, LENGTHS), 2, 2, 0.5);
    }

    @Test
    void shouldRefuseLengthsThatDoNotMatchTheTokens() {
        assertThatThrownBy(
                        () -> new ImportanceCorrection(RolloutIs.TOKEN, 2).weights(PROXIMAL, BEHAVIOUR, new int[] {2}))
                .isInstanceOf(IllegalArgumentException.class);
    }
}

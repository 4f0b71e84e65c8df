package org.mtrljudge.reward.scoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class AdvantageEstimatorTest {
    private static final double EPSILON_EFFECT = 1e-5;
    // mean 0.6, unbiased variance 0.3
    private static final double[] REWARDS = {1, 0, 0, 1, 1};

    @Test
    void shouldNormaliseByMeanAndUnbiasedDeviation() {
        final double[] a = AdvantageEstimator.GRPO.advantages(REWARDS);
        assertThat(a[0]).isCloseTo(0.4 / Math.sqrt(0.3), within(EPSILON_EFFECT));
        assertThat(a[1]).isCloseTo(-0.6 / Math.sqrt(0.3), within(EPSILON_EFFECT));
    }

    @Test
    void shouldGiveNoAdvantageToAGroupWithoutSpread() {
        for (final double a : AdvantageEstimator.GRPO.advantages(new double[] {0.1, 0.1, 0.1})) {
            assertThat(a).isCloseTo(0, within(EPSILON_EFFECT));
        }
        assertThat(AdvantageEstimator.GRPO.advantages(new double[] {1})).containsOnly(0);
        assertThat(AdvantageEstimator.RLOO.advantages(new double[] {1})).containsOnly(0);
    }

    @Test
    void shouldSubtractTheMeanOnly() {
        assertThat(AdvantageEstimator.DR_GRPO.advantages(REWARDS)[0]).isCloseTo(0.4, within(1e-12));
    }

    @Test
    void shouldLeaveOneOut() {
        final double[] a = AdvantageEstimator.RLOO.advantages(REWARDS);
        assertThat(a[0]).isCloseTo(1 - 2.0 / 4, within(1e-12));
        assertThat(a[1]).isCloseTo(0 - 3.0 / 4, within(1e-12));
    }
}

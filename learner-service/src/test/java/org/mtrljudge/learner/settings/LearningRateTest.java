package org.mtrljudge.learner.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;

class LearningRateTest {
    private static final double ROUNDING = 1e-12;
    private static final int STEPS = 12;

    private static LearnerSettings.Optim optim(final String schedule) {
        return Samples.settings(
                        "actor.optim.lr=1.0e-3",
                        "actor.optim.lr_warmup_steps=4",
                        "actor.optim.lr_scheduler_type=" + schedule,
                        "actor.optim.min_lr_ratio=0.1")
                .actor()
                .optim();
    }

    @Test
    void shouldRiseThenFallAlongACosine() {
        final LearnerSettings.Optim cosine = optim("cosine");
        assertThat(cosine.learningRate(1, STEPS)).isCloseTo(0.25e-3, within(ROUNDING));
        assertThat(cosine.learningRate(4, STEPS)).isCloseTo(1e-3, within(ROUNDING));
        // half of the cosine: 0.1 + 0.9 · (1 + cos 90°) / 2
        assertThat(cosine.learningRate(8, STEPS)).isCloseTo(0.55e-3, within(ROUNDING));
        assertThat(cosine.learningRate(12, STEPS)).isCloseTo(0.1e-3, within(ROUNDING));
        assertThat(cosine.learningRate(99, STEPS)).isCloseTo(0.1e-3, within(ROUNDING));
    }

    @Test
    void shouldStayConstantAfterItsRise() {
        assertThat(optim("constant").learningRate(3, STEPS)).isCloseTo(0.75e-3, within(ROUNDING));
        assertThat(optim("constant").learningRate(12, STEPS)).isCloseTo(1e-3, within(ROUNDING));
    }

    @Test
    void shouldEndTheStageAtTheNearerLimit() {
        final SftSettings sft =
                Samples.settings("sft.steps=100", "sft.max_seconds=50").sft();
        assertThat(sft.progress(10, 20)).isCloseTo(0.4, within(ROUNDING));
        assertThat(sft.progress(60, 20)).isCloseTo(0.6, within(ROUNDING));
        assertThat(Samples.settings("sft.steps=100").sft().progress(10, 1e9)).isCloseTo(0.1, within(ROUNDING));
    }

    @Test
    void shouldWarmTheLearningRateUpAndLetItFall() {
        final SftSettings settings = new SftSettings(false, 100, 8, 10, 1.0, 0, 0, 0);
        assertThat(settings.learningRate(0)).isCloseTo(0.1, within(1e-12));
        assertThat(settings.learningRate(0.1)).isCloseTo(1.0, within(1e-12));
        assertThat(settings.learningRate(0.55)).isCloseTo(0.55, within(1e-12));
        assertThat(settings.learningRate(1)).isCloseTo(0.1, within(1e-12));
    }
}

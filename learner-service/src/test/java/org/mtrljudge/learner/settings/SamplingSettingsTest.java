package org.mtrljudge.learner.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.settings.UsageException;

class SamplingSettingsTest {
    @Test
    void shouldRefuseToTrainOnPartOfTheDistribution() {
        assertThatThrownBy(() -> Samples.settings("rollout.top_p=0.9"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("rollout.top_p is 0.9, training needs 1");
        assertThat(Samples.settings("rollout.top_p=0.9", "trainer.total_steps=0")
                        .rollout()
                        .topP())
                .isEqualTo(0.9);
    }

    @Test
    void shouldRefuseGroupsThatDoNotFitIntoARecord() {
        assertThatThrownBy(() -> Samples.settings("rollout.n=64", "data.max_response_length=32768"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("64 completions of data.max_response_length 32768 are 2097152 tokens per group")
                .hasMessageContaining("allowed are 983040");
        assertThat(Samples.settings("rollout.n=30", "data.max_response_length=32768")
                        .rollout()
                        .n())
                .isEqualTo(30);
    }

    @Test
    void shouldLearnOnlyGroupsThatWereSampledAsTheLearnerCounts() {
        final LearnerSettings.Rollout rollout =
                Samples.settings("rollout.temperature=0.7").rollout();
        assertThat(rollout.problemWith(new Sampling(0.7, 1.0, 8, 1L))).isNull();
        assertThat(rollout.problemWith(new Sampling(1.0, 1.0, 8, 1L)))
                .isEqualTo("it was sampled at temperature 1.0, and rollout.temperature is 0.7");
        assertThat(rollout.problemWith(new Sampling(0.7, 0.9, 8, 1L))).contains("top_p 0.9");
    }
}

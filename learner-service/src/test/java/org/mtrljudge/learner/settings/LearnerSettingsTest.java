package org.mtrljudge.learner.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;

class LearnerSettingsTest {
    @Test
    void shouldRefuseToLearnFromTokensThatWereSampledFromAPartOfTheDistribution() {
        assertThatThrownBy(() -> Samples.settings("rollout.top_p=0.95"))
                .hasMessageContaining("rollout.top_p is 0.95, training needs 1");
    }

    @Test
    void shouldRefuseGroupsThatDoNotFitInARecord() {
        // 48 · 20,480 tokens of 16 bytes are 15 MiB
        assertThat(Samples.settings("rollout.n=48", "data.max_response_length=20480")
                        .rollout()
                        .n())
                .isEqualTo(48);
        assertThatThrownBy(() -> Samples.settings("rollout.n=49", "data.max_response_length=20480"))
                .hasMessageContaining("49 completions of data.max_response_length 20480 are 1003520 tokens per group")
                .hasMessageContaining("allowed are 983040");
    }
}

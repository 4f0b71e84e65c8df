package org.mtrljudge.learner.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.algorithm.Samples;

class LearnerSettingsTest {
    @Test
    void shouldRefuseToLearnFromTokensThatWereSampledFromAPartOfTheDistribution() {
        assertThatThrownBy(() -> Samples.settings("rollout.top_p=0.95"))
                .hasMessageContaining("rollout.top_p is 0.95, allowed is 1");
    }

    @Test
    void shouldRefuseGroupsThatDoNotFitInARecord() {
        // 64 · 20,480 tokens of 12 bytes are 15 MiB
        assertThat(Samples.settings("rollout.n=64", "data.max_response_length=20480")
                        .rollout()
                        .n())
                .isEqualTo(64);
        assertThatThrownBy(() -> Samples.settings("rollout.n=65", "data.max_response_length=20480"))
                .hasMessageContaining(
                        "rollout.n 65 completions of data.max_response_length 20480 tokens takes 15974400 bytes")
                .hasMessageContaining("a record of rollouts holds 15728640");
    }
}

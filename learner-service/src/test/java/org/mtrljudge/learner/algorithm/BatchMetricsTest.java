package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.ScoredGroup;

class BatchMetricsTest {
    /** A group of two completions with 2 and 4 tokens. The second completion is cut, and its last token is from a newer policy. */
    private static ScoredGroup group(final String task, final int version, final double first, final double second) {
        return Samples.group(task + version)
                .task(task)
                .version(version)
                .promptLength(10 * version)
                .lengths(2, 4)
                .cutOff(1)
                .newerFrom(3)
                .rewarded(first, second);
    }

    @Test
    void shouldUseTheMetricNamesOfTheField() {
        final Map<String, Double> metrics = BatchMetrics.of(List.of(group("a", 3, 1, 0), group("b", 4, 1, 1)), 4);
        assertThat(metrics)
                .containsEntry("reward/accuracy", 0.75)
                .containsEntry("reward/accuracy/a", 0.5)
                .containsEntry("reward/accuracy/b", 1.0)
                .containsEntry("reward/format", 1.0)
                .containsEntry("critic/rewards/max", 1.0)
                .containsEntry("critic/rewards/min", 0.1)
                .containsEntry("response_length/mean", 3.0)
                .containsEntry("prompt_length/mean", 35.0)
                .containsEntry("prompt_length/max", 40.0)
                .containsEntry("response_length/clip_ratio", 0.5)
                .containsEntry("rollout/in_flight_frac", 2 / 12.0)
                .containsEntry("staleness/mean", 0.5)
                .containsEntry("staleness/max", 1.0)
                .containsEntry("frac_reward_zero_std", 0.5)
                .containsEntry("perf/total_num_tokens", 12.0)
                .containsEntry("timing_s/gen", 1.0);
    }
}

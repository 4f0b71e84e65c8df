package org.mtrljudge.learner;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PackedArrays;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.VersionSpan;

class BatchMetricsTest {
    /** A group of two completions with 2 and 4 tokens, the second cut; its last token is by a newer policy. */
    private static ScoredGroup group(final String task, final int version, final double first, final double second) {
        final List<Completion> completions = new ArrayList<>();
        final List<CompletionScore> scores = new ArrayList<>();
        for (final double accuracy : new double[] {first, second}) {
            final int length = completions.isEmpty() ? 2 : 4;
            completions.add(new Completion(
                    "x",
                    PackedArrays.ofInts(new int[length]),
                    PackedArrays.ofFloats(new float[length]),
                    completions.isEmpty() ? FinishReason.STOP : FinishReason.LENGTH,
                    completions.isEmpty()
                            ? null
                            : List.of(new VersionSpan(version, 3), new VersionSpan(version + 1, 1))));
            scores.add(new CompletionScore(
                    Map.of("accuracy", accuracy, "format", 1.0),
                    accuracy * 0.9 + 0.1,
                    0.0,
                    accuracy == 1 ? "yes" : "no",
                    null));
        }
        final PromptRequest prompt = new PromptRequest(
                task + version,
                task,
                "p",
                List.of(),
                "yes",
                List.of("yes", "no"),
                2,
                new Sampling(1.0, 1.0, 4, 0L),
                Purpose.TRAIN,
                0,
                null);
        return new ScoredGroup(
                new RolloutGroup(prompt, version, "", "a", completions, 0L, 500.0, 10 * version),
                "r",
                1,
                scores,
                first == second,
                1.0,
                null);
    }

    @Test
    void shouldUseTheFieldsNames() {
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

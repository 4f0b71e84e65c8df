package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.Sampling;
import org.mtrljudge.schemas.ScoredGroup;

class RewardMetricsTest {
    private final SimpleMeterRegistry meters = new SimpleMeterRegistry();

    private Double deadLetters(final String task) {
        final var counter =
                meters.find("judge.reward.dead.letters").tag("task", task).counter();
        return counter == null ? null : counter.count();
    }

    /** A metrics system sees a rise from zero to one, but not a counter that begins with one. */
    @Test
    void shouldCountDeadLettersFromZeroBeforeTheFirst() {
        final RewardMetrics metrics = new RewardMetrics(meters);
        assertThat(deadLetters(RewardMetrics.UNREADABLE)).isZero();
        assertThat(deadLetters("alignment")).isNull();
        final PromptRequest prompt = new PromptRequest(
                "p",
                "alignment",
                "?",
                List.of(),
                "yes",
                List.of("yes"),
                1,
                new Sampling(1.0, 1.0, 4, 7L),
                Purpose.TRAIN,
                0,
                null,
                null,
                null,
                null);
        metrics.scored(new ScoredGroup(
                new RolloutGroup(prompt, 0, "", "actor", List.of(), 0L, 1.0, 7),
                "set",
                1,
                List.of(new CompletionScore(Map.of(), 1.0, 0.0, "yes", null, null)),
                false,
                1.0,
                0L,
                0));
        assertThat(deadLetters("alignment")).isZero();
        metrics.dead("alignment");
        assertThat(deadLetters("alignment")).isEqualTo(1);
    }
}

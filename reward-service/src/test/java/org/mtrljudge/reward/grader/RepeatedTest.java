package org.mtrljudge.reward.grader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.verdict.Label;

class RepeatedTest {
    private static final Judged COMPLETION = new Judged("a", "yes", Label.of("yes", "no"), "text", true, 3);

    /** Says these numbers in turn; fails where there is none. */
    private static final class InTurn implements Grader {
        private final List<Double> values;
        private final int retries;
        private int calls;

        InTurn(final int retries, final Double... values) {
            this.retries = retries;
            this.values = List.of(values);
        }

        @Override
        public Terms terms() {
            return new Terms("judge", Set.of("score"), 1000, retries, 4, 1, true);
        }

        @Override
        public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
            final List<Grade> grades = new ArrayList<>();
            for (int i = 0; i < completions.size(); i++) {
                final double value = values.get(calls++ % values.size());
                grades.add(
                        Double.isNaN(value)
                                ? new Grade.Failed(FailureReason.TIMEOUT, "gave no answer")
                                : new Grade.Given(new Verification(
                                        Map.of("score", value), "yes", null, List.of("said " + value))));
            }
            return grades;
        }
    }

    private static List<Grade> grade(final Grader grader, final Judged... completions) {
        return grader.grade(Scoring.prompt(COMPLETION), List.of(completions), Deadline.in(10_000));
    }

    @Test
    void shouldGiveTheMeanAndTheDeviationOfItsAnswers() {
        final Repeated repeated = new Repeated(new InTurn(0, 1.0, 10.0, 4.0, 10.0, 4.0, 10.0), 3);
        assertThat(repeated.terms().components()).containsExactlyInAnyOrder("score", "score_sd");
        final List<Grade> grades = grade(repeated, COMPLETION, COMPLETION);
        final Verification first = ((Grade.Given) grades.get(0)).verification();
        // 1, 4, 4: mean 3, squares 4 + 1 + 1, divided by 2
        assertThat(first.components().get("score")).isEqualTo(3);
        assertThat(first.components().get("score_sd")).isCloseTo(Math.sqrt(3), within(1e-12));
        assertThat(first.said()).containsExactly("said 1.0", "said 4.0", "said 4.0");
        assertThat(first.verdict()).isEqualTo("yes");
        assertThat(((Grade.Given) grades.get(1)).verification().components())
                .isEqualTo(Map.of("score", 10.0, "score_sd", 0.0));
    }

    /** 0.1 + 0.1 + 0.1 is more than 0.3: the mean of equal answers must be that answer, or a function looks like noise. */
    @Test
    void shouldFindNoDifferenceBetweenEqualAnswers() {
        for (final double value : new double[] {0.1, 0.7, 0.263, -1.0 / 3}) {
            for (int samples = 2; samples <= Repeated.MOST_SAMPLES; samples++) {
                assertThat(((Grade.Given) grade(new Repeated(new InTurn(0, value), samples), COMPLETION)
                                        .get(0))
                                .verification()
                                .components())
                        .isEqualTo(Map.of("score", value, "score_sd", 0.0));
            }
        }
    }

    @Test
    void shouldGiveADeviationPlaceBeforeAComponentThatIsCalledSo() {
        final Grader own = new Grader() {
            @Override
            public Terms terms() {
                return new Terms("own", Set.of("score"), 1000, 0, 0, 0, false);
            }

            @Override
            public List<Grade> grade(final PromptRequest prompt, final List<Judged> completions, final Deadline end) {
                return List.of(new Grade.Given(
                        new Verification(Map.of("score", 1.0, "score_sd", 42.0, "other_sd", 3.0), null, null)));
            }
        };
        assertThat(((Grade.Given) grade(new Repeated(own, 2), COMPLETION).get(0))
                        .verification()
                        .components())
                .isEqualTo(Map.of("score", 1.0, "score_sd", 0.0, "other_sd", 3.0, "other_sd_sd", 0.0));
    }

    @Test
    void shouldRetryASampleThatFailsAndNeverMakeOneUp() {
        final Repeated retried = new Repeated(new InTurn(1, 2.0, Double.NaN, 4.0), 2);
        assertThat(((Grade.Given) grade(retried, COMPLETION).get(0))
                        .verification()
                        .components())
                .containsEntry("score", 3.0);
        final Repeated failing = new Repeated(new InTurn(0, 2.0, Double.NaN), 2);
        assertThat(grade(failing, COMPLETION).get(0))
                .isEqualTo(new Grade.Failed(FailureReason.TIMEOUT, "the verifier 'judge' gave no answer"));
    }

    @Test
    void shouldRefuseANumberThatTellsNothing() {
        assertThatThrownBy(() -> new Repeated(new InTurn(0, 1.0), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("samples");
    }
}

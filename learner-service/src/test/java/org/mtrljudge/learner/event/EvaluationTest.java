package org.mtrljudge.learner.event;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.verdict.Label;

class EvaluationTest {
    private static final Label YES_NO = Label.of("yes", "no");

    private static Judgement judged(
            final String task, final String label, final int wellFormed, final long tokens, final String... verdicts) {
        return new Judgement(
                "id", task, label, YES_NO, null, null, Arrays.asList(verdicts), List.of(), wellFormed, tokens, 500);
    }

    @Test
    void shouldCountVerdictsFormatAndLength() {
        final Evaluation evaluation =
                Evaluation.of(List.of(judged("a", "yes", 1, 4, "yes"), judged("a", "yes", 0, 2, (String) null)));
        assertThat(evaluation.tasks()).containsExactly("a");
        assertThat(evaluation.samples("a")).isEqualTo(2);
        // yes: one hit, one miss, so F1 is 2/3; no: never a verdict and never the label, so F1 is 0
        assertThat(evaluation.score("a")).isEqualTo(100.0 * (2.0 / 3) / 2);
        assertThat(evaluation.score("b")).isNull();
        assertThat(evaluation.meanScore(List.of("a", "b"))).isEqualTo(100.0 * (2.0 / 3) / 4);
        assertThat(evaluation.formatRate()).isEqualTo(0.5);
        assertThat(evaluation.meanResponseLength()).isEqualTo(3);
    }

    @Test
    void shouldCountPromptsThatCouldNotBeProcessedAsWrong() {
        final Evaluation evaluation = Evaluation.of(
                List.of(judged("a", "yes", 0, 0), judged("a", "yes", 1, 5, "yes"), judged("a", "no", 1, 5, "no")));
        // yes: one hit, one miss, so F1 is 2/3; no: one hit
        assertThat(evaluation.score("a")).isEqualTo(100.0 * (2.0 / 3 + 1) / 2);
        assertThat(evaluation.samples("a")).isEqualTo(3);
        assertThat(evaluation.samples()).as("completions").isEqualTo(2);
        assertThat(evaluation.dead()).isEqualTo(1);
        assertThat(new Evaluation(evaluation.counts()).dead()).isEqualTo(1);
        assertThat(evaluation.formatRate()).isEqualTo(1);
    }

    @Test
    void shouldAcceptAnyTextAsAVerdict() {
        final Evaluation evaluation = Evaluation.of(List.of(judged("a", "yes", 1, 5, "perhaps")));
        assertThat(evaluation.score("a")).isZero();
    }

    @Test
    void shouldContinueWithSavedCounts() {
        final Evaluation before = Evaluation.of(List.of(judged("a", "yes", 1, 4, "yes")));
        final Evaluation after = new Evaluation(before.counts());
        after.add(judged("a", "no", 1, 6, "no"));
        assertThat(after.score("a")).isEqualTo(100);
        assertThat(after.samples()).isEqualTo(2);
        assertThat(after.meanResponseLength()).isEqualTo(5);
        assertThat(before.samples()).isEqualTo(1);
    }
}

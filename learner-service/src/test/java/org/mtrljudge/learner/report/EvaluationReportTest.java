package org.mtrljudge.learner.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.Judgement;

class EvaluationReportTest {
    private static final List<String> YES_NO = List.of("yes", "no");

    private static Judgement judged(final String label, final Double grade, final String... verdicts) {
        return new Judgement("id", "t", label, YES_NO, null, grade, Arrays.asList(verdicts), 2, 30, 500);
    }

    private static Judgement paired(final String pair, final String label, final String verdict) {
        return new Judgement("id", "p", label, List.of("1", "2"), pair, null, Arrays.asList(verdict), 1, 10, 500);
    }

    @Test
    void shouldCountTheMajorityOfEachPromptsSamples() {
        final EvaluationReport report = new EvaluationReport(
                List.of(
                        // right
                        judged("yes", 5.0, "yes", "yes", "no"),
                        // right
                        judged("no", 1.0, "no", "no", "no"),
                        // wrong
                        judged("no", 2.0, "yes", null, "yes"),
                        // a tie is no verdict
                        judged("yes", 4.0, "yes", "no", null)),
                4,
                1);
        final EvaluationReport.Task task = report.tasks().get(0);
        assertThat(task.prompts()).isEqualTo(4);
        assertThat(task.samples()).isEqualTo(12);
        assertThat(task.scores().accuracy().value()).isEqualTo(0.5);
        // yes: 1 hit, 1 false, 1 missed; no: 1 hit, 0 false, 1 missed
        assertThat(task.scores().macroF1().value()).isCloseTo((0.5 + 2 / 3.0) / 2, within(1e-12));
        assertThat(task.formatRate()).isEqualTo(8 / 12.0);
        assertThat(task.agreement()).isCloseTo((2 / 3.0 + 1 + 2 / 3.0 + 1 / 3.0) / 4, within(1e-12));
        assertThat(task.pairs()).isNull();
        // shares of yes 2/3, 0, 2/3, 1/3 beside grades 5, 1, 2, 4: one of five ordered pairs has the wrong order
        assertThat(task.humans().kendall()).isCloseTo((4 - 1) / Math.sqrt(5 * 6), within(1e-12));
        assertThat(report.generatingShare()).as("2 of 4 s").isEqualTo(0.5);
        assertThat(report.toTable()).contains("50.0 [", "correlation with human grades, 4 prompts");
    }

    @Test
    void shouldCompareBothOrdersOfAQuestion() {
        final EvaluationReport report = new EvaluationReport(
                List.of(paired("a", "1", "1"), paired("b", "1", "1"), paired("a", "2", "2"), paired("b", "2", "1")),
                1,
                1);
        final EvaluationReport.Task task = report.tasks().get(0);
        assertThat(task.pairs().positionConsistency().value()).isEqualTo(0.5);
        assertThat(task.pairs().accuracyWithTies().value()).isEqualTo(0.75);
        assertThat(task.humans()).as("nobody graded these prompts").isNull();
        assertThat(report.toTable()).contains("both orders of 2 questions").doesNotContain("human");
    }
}

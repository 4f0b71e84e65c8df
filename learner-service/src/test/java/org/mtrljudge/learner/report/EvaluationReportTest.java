package org.mtrljudge.learner.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.Judgement;
import org.mtrljudge.tasks.metrics.Calibration;
import org.mtrljudge.tasks.metrics.Interval;
import org.mtrljudge.tasks.verdict.Label;

class EvaluationReportTest {
    private static final Label YES_NO = Label.of("yes", "no");

    private static Judgement judged(final String label, final Double grade, final String... verdicts) {
        return new Judgement("id", "t", label, YES_NO, null, grade, Arrays.asList(verdicts), List.of(), 2, 30, 500);
    }

    private static Judgement paired(final String pair, final String label, final String verdict) {
        return new Judgement(
                "id", "p", label, Label.of("1", "2"), pair, null, Arrays.asList(verdict), List.of(), 1, 10, 500);
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
        assertThat(task.scores().main().value()).isCloseTo((0.5 + 2 / 3.0) / 2, within(1e-12));
        assertThat(task.formatRate()).isEqualTo(8 / 12.0);
        assertThat(task.agreement()).isCloseTo((2 / 3.0 + 1 + 2 / 3.0 + 1 / 3.0) / 4, within(1e-12));
        assertThat(task.pairs()).isNull();
        // shares of yes 2/3, 0, 1, 1/2 beside grades 5, 1, 2, 4: two of six pairs have the wrong order
        assertThat(task.humans().kendall()).isCloseTo((4 - 2) / 6.0, within(1e-12));
        assertThat(report.generatingShare()).as("2 of 4 s").isEqualTo(0.5);
        assertThat(report.toTable()).contains("50.0 [", "correlation with human grades, 4 of 4 prompts");
    }

    @Test
    void shouldCalibrateTheVerdictsThatHaveAProbability() {
        final EvaluationReport report = new EvaluationReport(
                List.of(
                        new Judgement(
                                "a",
                                "t",
                                "yes",
                                YES_NO,
                                null,
                                null,
                                Arrays.asList("yes", "no", null),
                                Arrays.asList(0.9, 0.6, null),
                                2,
                                30,
                                500),
                        judged("no", null, "no")),
                1,
                1);
        final Calibration calibration = report.tasks().get(0).calibration();
        assertThat(calibration.samples()).isEqualTo(2);
        // 0.1 below a right verdict, 0.6 above a wrong one
        assertThat(calibration.ece()).isCloseTo((0.1 + 0.6) / 2, within(1e-12));
        assertThat(calibration.brier()).isCloseTo((0.01 + 0.36) / 2, within(1e-12));
        assertThat(report.toTable()).contains("of 2 verdicts: expected calibration error 35.0, Brier score 0.185");
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

    /** The labels are numbers, in no order; a prompt without a verdict has no grade, which is not the grade 0. */
    @Test
    void shouldCompareTheNumbersOfAJudgeWithTheGradesOfPeople() {
        final Label grades = Label.of("3", "1", "10");
        final EvaluationReport report = new EvaluationReport(
                List.of(
                        new Judgement("a", "t", "3", grades, null, 2.5, Arrays.asList("1", "3"), List.of(), 2, 30, 500),
                        new Judgement(
                                "b", "t", "10", grades, null, 9.0, Arrays.asList("10", null), List.of(), 2, 30, 500),
                        new Judgement("c", "t", "1", grades, null, 1.0, Arrays.asList("1", "1"), List.of(), 2, 30, 500),
                        new Judgement(
                                "d", "t", "10", grades, null, 8.0, Arrays.asList(null, null), List.of(), 2, 30, 500)),
                1,
                1);
        assertThat(report.tasks().get(0).humans().samples()).isEqualTo(3);
        assertThat(report.tasks().get(0).humans().spearman()).isEqualTo(1);
        assertThat(report.toTable()).contains("correlation with human grades, 3 of 4 prompts");
        // 2, 10, 1 beside 2.5, 9, 1
        assertThat(report.tasks().get(0).humans().pearson()).isCloseTo(0.9971314833, within(1e-9));
    }

    /** The interval takes a question that was asked in both orders as one. */
    @Test
    void shouldDrawBothOrdersOfAQuestionTogether() {
        final List<Judgement> pairs = new ArrayList<>();
        final List<Judgement> single = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            final String verdict = i % 4 == 0 ? "2" : "1";
            pairs.add(paired("pair " + i, "1", verdict));
            pairs.add(paired("pair " + i, "1", verdict));
            single.add(paired(null, "1", verdict));
        }
        final Interval both = accuracy(pairs);
        final Interval once = accuracy(single);
        assertThat(both.value()).isEqualTo(0.75).isEqualTo(once.value());
        assertThat(both.high() - both.low()).isCloseTo(once.high() - once.low(), within(0.02));
    }

    private static Interval accuracy(final List<Judgement> judgements) {
        return new EvaluationReport(judgements, 1, 1).tasks().get(0).scores().accuracy();
    }
}

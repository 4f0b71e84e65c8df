package org.mtrljudge.tasks.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.verdict.Label;

class RepeatedScoresTest {
    private static final double ROUNDING = 1e-12;
    private static final List<String> LABELS = List.of("yes", "no");

    private static Verdict verdict(final String label, final @Nullable String verdict) {
        return new Verdict(label, verdict);
    }

    @Test
    void shouldAverageOverRepetitionsAndThenOverTasks() {
        // first repetition: all verdicts are right, F1 1; second: yes has F1 2/3, no has 0, so the mean is 1/3
        final RepeatedScores.Task two = new RepeatedScores.Task(
                LABELS,
                List.of(
                        List.of(verdict("yes", "yes"), verdict("no", "no")),
                        List.of(verdict("yes", "yes"), verdict("no", "yes"))));
        // the label no never occurs and counts 0, so the mean is 1/2; with the missing verdict it is 0
        final RepeatedScores.Task one =
                new RepeatedScores.Task(LABELS, List.of(List.of(verdict("yes", "yes")), List.of(verdict("yes", null))));
        final Interval mean = RepeatedScores.macroF1(List.of(two, one));
        assertThat(mean.value()).isCloseTo((2.0 / 3 + 1.0 / 4) / 2, within(ROUNDING));
        assertThat(mean.samples()).isEqualTo(3);
        assertThat(RepeatedScores.macroF1(List.of(two)).value()).isCloseTo(2.0 / 3, within(ROUNDING));
    }

    @Test
    void shouldGiveTheIntervalOfASingleRunAsTaskScoresDo() {
        final SplittableRandom random = new SplittableRandom(5);
        final List<Verdict> verdicts = new ArrayList<>();
        for (int i = 0; i < 60; i++) {
            verdicts.add(verdict(i % 2 == 0 ? "yes" : "no", random.nextInt(3) == 0 ? "no" : "yes"));
        }
        final Interval repeated = RepeatedScores.macroF1(List.of(new RepeatedScores.Task(LABELS, List.of(verdicts))));
        assertThat(repeated)
                .isEqualTo(TaskScores.of(verdicts, new Label(LABELS)).main());
        assertThat(repeated.low()).isLessThan(repeated.value());
        assertThat(repeated.high()).isGreaterThan(repeated.value());
    }

    /** One seed is always right and one never: another two seeds could both be right, or both wrong. */
    @Test
    void shouldGiveAnIntervalOverRepetitionsToo() {
        final List<Verdict> right = new ArrayList<>();
        final List<Verdict> wrong = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            right.add(i % 2 == 0 ? verdict("yes", "yes") : verdict("no", "no"));
            wrong.add(i % 2 == 0 ? verdict("yes", "no") : verdict("no", "yes"));
        }
        final List<RepeatedScores.Task> repeated = List.of(new RepeatedScores.Task(LABELS, List.of(right, wrong)));
        assertThat(RepeatedScores.macroF1(repeated)).isEqualTo(new Interval(0.5, 0, 1, 40));

        // the same seeds before and after: the change is the same whichever are drawn
        assertThat(RepeatedScores.change(repeated, repeated)).isEqualTo(new Interval(0, 0, 0, 40));
        final List<RepeatedScores.Task> alwaysRight = List.of(new RepeatedScores.Task(LABELS, List.of(right, right)));
        assertThat(RepeatedScores.change(alwaysRight, repeated)).isEqualTo(new Interval(-0.5, -1, 0, 40));
    }

    @Test
    void shouldRefuseTasksThatWereRepeatedUnequallyOften() {
        final List<Verdict> run = List.of(verdict("yes", "yes"));
        final RepeatedScores.Task two = new RepeatedScores.Task(LABELS, List.of(run, run));
        final RepeatedScores.Task one = new RepeatedScores.Task(LABELS, List.of(run));
        assertThatThrownBy(() -> RepeatedScores.macroF1(List.of(two, one)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("the same number of repetitions");
    }

    /** Two judges that differ on one prompt of a hundred: whichever prompts are drawn, the others cancel out. */
    @Test
    void shouldPairThePromptsOfAChange() {
        final List<Verdict> before = new ArrayList<>();
        final SplittableRandom random = new SplittableRandom(5);
        for (int i = 0; i < 100; i++) {
            before.add(verdict(i % 2 == 0 ? "yes" : "no", random.nextInt(3) == 0 ? "no" : "yes"));
        }
        final List<Verdict> after = new ArrayList<>(before);
        after.set(0, verdict("yes", before.get(0).isRight() ? "no" : "yes"));
        final List<RepeatedScores.Task> first = List.of(new RepeatedScores.Task(LABELS, List.of(before)));
        final List<RepeatedScores.Task> second = List.of(new RepeatedScores.Task(LABELS, List.of(after)));
        final Interval change = RepeatedScores.change(first, second);
        assertThat(change.value())
                .isCloseTo(
                        RepeatedScores.macroF1(second).value()
                                - RepeatedScores.macroF1(first).value(),
                        within(ROUNDING));
        assertThat(change.high() - change.low()).isLessThan(0.05);
        assertThat(RepeatedScores.change(first, first)).isEqualTo(new Interval(0, 0, 0, 100));
    }

    @Test
    void shouldRefuseRepetitionsWithDifferentPrompts() {
        assertThatThrownBy(() -> new RepeatedScores.Task(LABELS, List.of(List.of(verdict("yes", "yes")), List.of())))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("tested on 1 and on 0 prompts");
    }
}

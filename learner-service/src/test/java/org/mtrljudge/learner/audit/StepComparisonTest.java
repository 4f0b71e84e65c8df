package org.mtrljudge.learner.audit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.event.DamagedLogException;
import org.mtrljudge.learner.event.JournalKind;
import org.mtrljudge.schemas.TrainingStep;

/** Steps that are repeated with threads=1; the weights have the names of their makers. */
class StepComparisonTest {
    private final StepComparison comparison = new StepComparison("threads=1");

    private static TrainingStep step(
            final JournalKind kind, final int step, final String weights, final @Nullable String rounding) {
        return new TrainingStep(
                step, kind.key(), step, weights, "", List.of(), List.of(), Map.of(), 0L, null, null, rounding);
    }

    @Test
    void shouldCallOtherWeightsDamageWhereTheyWereMadeWithTheSameRounding() {
        comparison.compare(step(JournalKind.RL, 1, "same", "threads=1"), "same");
        assertThatThrownBy(() -> comparison.compare(step(JournalKind.RL, 2, "changed", "threads=1"), "again"))
                .isInstanceOf(DamagedLogException.class)
                .hasMessageContaining(
                        "step 2 was learned again and gave the weights again, but the journal has changed");
        assertThatThrownBy(() -> comparison.compare(step(JournalKind.RL, 2, "changed", null), "again"))
                .as("an earlier build did not write its rounding")
                .isInstanceOf(DamagedLogException.class);
        assertThat(comparison.notComparable()).isEmpty();
    }

    @Test
    void shouldCallStepsOfAnotherRoundingNotComparableUntilTheWeightsAgreeAgain() {
        comparison.compare(step(JournalKind.RL, 1, "theirs", "threads=4"), "ours");
        comparison.compare(step(JournalKind.RL, 2, "theirs", "threads=1"), "ours");
        comparison.compare(step(JournalKind.RESUMED, 2, "ours", "threads=1"), "ours");
        comparison.compare(step(JournalKind.RL, 3, "ours", "threads=1"), "ours");
        assertThat(comparison.notComparable())
                .containsExactly(
                        "step 1 is not comparable: step 1 was made with threads=4 and is repeated with threads=1",
                        "step 2 is not comparable: step 1 was made with threads=4 and is repeated with threads=1");
        assertThatThrownBy(() -> comparison.compare(step(JournalKind.RL, 4, "changed", "threads=1"), "ours"))
                .isInstanceOf(DamagedLogException.class);
    }

    @Test
    void shouldNotCompareStepsAfterAResumeOnAnotherMachine() {
        comparison.compare(step(JournalKind.RL, 1, "ours", "threads=1"), "ours");
        comparison.compare(step(JournalKind.RESUMED, 1, "theirs", "threads=1"), "ours");
        comparison.compare(step(JournalKind.RL, 2, "theirs", "threads=1"), "ours");
        assertThat(comparison.notComparable())
                .containsExactly(
                        "step 2 is not comparable: after step 1, a resumed learner continued with other weights");
    }

    @Test
    void shouldAcceptWeightsThatAgreeWhateverTheirRounding() {
        comparison.compare(step(JournalKind.RL, 1, "same", "threads=4"), "same");
        assertThat(comparison.notComparable()).isEmpty();
    }
}

package org.mtrljudge.tasks.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.Rubric;
import org.mtrljudge.tasks.verdict.Score;

class TallyTest {
    private static final double EXACT = 1e-12;
    private static final Score STARS = new Score(1, 5, true, 1);

    private static Figure stars(final String... given) {
        final Figure tally = Figure.of(STARS);
        for (int i = 0; i < given.length; i++) {
            tally.add(String.valueOf(i + 1), given[i]);
        }
        return tally;
    }

    @Test
    void shouldCorrelateScores() {
        assertThat(stars("1", "2", "4", "5").name()).isEqualTo("spearman");
        assertThat(stars("1", "2", "4", "5").value()).isCloseTo(1, within(EXACT));
        assertThat(stars("4", "3", "2", "1").value()).isCloseTo(-1, within(EXACT));
        // 1 - 6 · 2 / (4 · 15) where two neighbours are swapped
        assertThat(stars("2", "1", "3", "4").value()).isCloseTo(0.8, within(EXACT));
        // within one star: 1-1, 2-2, 3-4, 4-5
        assertThat(stars("1", "2", "4", "5").accuracy()).isEqualTo(1);
        assertThat(stars("1", "4", "1", "5").accuracy()).isEqualTo(0.5);
        assertThat(stars("3", "3", "3").value()).isZero();
    }

    /** The correlation of the given ones is 1; half of them is missing, or is no score. */
    @Test
    void shouldShrinkACorrelationByMissingScores() {
        assertThat(stars("1", null, "4", "six").value()).isCloseTo(0.5, within(EXACT));
        assertThat(stars("1", null, "4", "six").accuracy()).isEqualTo(0.5);
        assertThat(stars("1", null, "4", "six").samples()).isEqualTo(4);
        assertThat(stars().value()).isZero();
    }

    @Test
    void shouldNotRewardSilenceWhereTheCorrelationIsNegative() {
        assertThat(stars("5", "4", null, null).value()).isCloseTo(-1, within(EXACT));
    }

    @Test
    void shouldTakeTheMedianOfScoresAndTheLabelsOfRubrics() {
        assertThat(Verdict.of(Arrays.asList("5", null, "2", "4", "none"), STARS))
                .isEqualTo("4");
        assertThat(Verdict.of(Arrays.asList("5", "2"), STARS)).isEqualTo("2");
        assertThat(Verdict.of(Arrays.asList(null, "none"), STARS)).isNull();
        final Rubric rubric = new Rubric(List.of("sharp"), 1, 5, List.of("yes", "no"));
        assertThat(Verdict.of(Arrays.asList("sharp: 4; yes", "sharp: 3; yes", "sharp: 1; no"), rubric))
                .isEqualTo("yes");
    }

    @Test
    void shouldCountRelationsOfRankings() {
        final Figure tally = Figure.of(new Ranking(3, true));
        tally.add("A > B > C", "A > B > C");
        tally.add("A > B > C", "B > A > C");
        tally.add("A > B > C", null);
        assertThat(tally.name()).isEqualTo("relations");
        assertThat(tally.value()).isCloseTo((1 + 2 / 3.0) / 3, within(EXACT));
        assertThat(tally.accuracy()).isCloseTo(1 / 3.0, within(EXACT));
    }

    @Test
    void shouldContinueFromACheckpoint() throws Exception {
        final Tally before = (Tally) stars("2", "1", null);
        final Tally.Counts read =
                Mappers.JSON.readValue(Mappers.JSON.writeValueAsString(before.counts()), Tally.Counts.class);
        final Tally after = new Tally(read);
        after.add("4", "4");
        assertThat(after.value()).isEqualTo(stars("2", "1", null, "4").value());
        assertThat(before.samples()).isEqualTo(3);
    }

    @Test
    void shouldRefuseAReferenceOfAnotherType() {
        assertThatThrownBy(() -> Figure.of(STARS).add("yes", "4"))
                .hasMessage("'yes' is not a whole number from 1 to 5");
    }

    @Test
    void shouldTellWhatATypeHas() {
        final TaskScores ranked = TaskScores.of(
                List.of(new Verdict("A > B > C", "C > A > B"), new Verdict("A > B > C", null)), new Ranking(3, false));
        // from CAB to ABC: delete one, insert one
        assertThat(ranked.editDistance()).isNotNull();
        assertThat(ranked.editDistance().value()).isCloseTo((2 / 3.0 + 1) / 2, within(EXACT));
        assertThat(ranked.figure()).isEqualTo("relations");
        assertThat(ranked.labels()).isEmpty();

        final Pair pair = new Pair("1", "2", "tie");
        final TaskScores pairs = TaskScores.of(
                List.of(new Verdict("1", "1"), new Verdict("tie", "1"), new Verdict("2", "tie"), new Verdict("2", "2")),
                pair);
        assertThat(pairs.accuracy().value()).isEqualTo(0.5);
        assertThat(pairs.withoutTies()).isNotNull();
        assertThat(pairs.withoutTies().value()).isCloseTo(2 / 3.0, within(EXACT));

        final Rubric rubric = new Rubric(List.of("sharp"), 1, 5, List.of("yes", "no"));
        final TaskScores judged = TaskScores.of(
                List.of(new Verdict("yes", "sharp: 4; yes"), new Verdict("sharp: 1; no", "sharp: 2; no")), rubric);
        assertThat(judged.figure()).isEqualTo("macro_f1");
        assertThat(judged.main().value()).isEqualTo(1);
        assertThat(judged.labels().keySet()).containsExactly("yes", "no");
    }

    @Test
    void shouldFollowATieInBothOrders() {
        final Pair type = new Pair("1", "2", "tie");
        final PairScores scores = PairScores.of(List.of(
                // the judge sees a tie both times, and prefers the same thing both times: consistent
                new PairScores.BothOrders(new Verdict("tie", "tie"), new Verdict("tie", "tie"), type),
                new PairScores.BothOrders(new Verdict("tie", "1"), new Verdict("tie", "2"), type),
                // a tie once: not consistent, though both are wrong
                new PairScores.BothOrders(new Verdict("1", "tie"), new Verdict("2", "1"), type)));
        assertThat(scores.positionConsistency().value()).isCloseTo(2 / 3.0, within(EXACT));
        assertThat(scores.flipRate().value()).isCloseTo(1 / 3.0, within(EXACT));
        assertThat(scores.accuracyWithTies().value()).isCloseTo(1 / 3.0, within(EXACT));
    }
}

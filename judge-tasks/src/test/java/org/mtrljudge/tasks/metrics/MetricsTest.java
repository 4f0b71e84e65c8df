package org.mtrljudge.tasks.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.verdict.Label;

class MetricsTest {
    private static PairScores.BothOrders pair(final String straight, final String reversed) {
        // the first image is the better image
        return new PairScores.BothOrders(new Verdict("1", straight), new Verdict("2", reversed), Label.of("1", "2"));
    }

    @Test
    void shouldScorePairsInBothOrders() {
        final PairScores scores = PairScores.of(List.of(
                // both orders are right
                pair("1", "2"),
                // both orders are wrong, and prefer the same image
                pair("2", "1"),
                // both orders prefer the first position
                pair("1", "1"),
                // both orders prefer the second position
                pair("2", "2"),
                // one order is right, the other order has no verdict
                pair("1", null)));
        assertThat(scores.positionConsistency().value()).isEqualTo(2 / 5.0);
        assertThat(scores.flipRate().value()).isEqualTo(2 / 5.0);
        assertThat(scores.accuracyWithTies().value()).isEqualTo((1 + 0 + 0.5 + 0.5 + 0.5) / 5);
        assertThat(scores.accuracyWithoutTies().value()).isEqualTo(1 / 2.0);
    }

    @Test
    void shouldTakeTheMajorityAndNoVerdictForATie() {
        assertThat(Verdict.majority(Arrays.asList("yes", "no", "yes", null))).isEqualTo("yes");
        assertThat(Verdict.majority(Arrays.asList("yes", "no", "no", "yes"))).isNull();
        assertThat(Verdict.majority(Arrays.asList(null, null))).isNull();
        assertThat(Verdict.majority(Arrays.asList(null, null, "no"))).isEqualTo("no");
        assertThat(Verdict.agreement(Arrays.asList("yes", "no", "yes", null))).isEqualTo(0.5);
        assertThat(Verdict.agreement(Arrays.asList(null, null))).isZero();
    }

    /** For a share p of n samples, the interval is near p ± 1.96 √(p (1 − p) / n). */
    @Test
    void shouldGiveIntervalsOfTheWidthThatTheoryPredicts() {
        final int n = 400;
        final Interval interval = Interval.of(
                n, places -> Arrays.stream(places).filter(i -> i % 4 == 0).count() / (double) n);
        final double half = 1.96 * Math.sqrt(0.25 * 0.75 / n);
        assertThat(interval.value()).isEqualTo(0.25);
        assertThat(interval.low()).isCloseTo(0.25 - half, within(0.006));
        assertThat(interval.high()).isCloseTo(0.25 + half, within(0.006));
        assertThat(interval.samples()).isEqualTo(n);
    }

    /** Two samples per cluster that always agree say no more than one. */
    @Test
    void shouldDrawClustersAsAWhole() {
        final int clusters = 200;
        final List<Integer> keys =
                IntStream.range(0, 2 * clusters).mapToObj(i -> i / 2).toList();
        final Interval interval = Interval.of(
                new Resampling().and(keys),
                places -> Arrays.stream(places).filter(i -> i / 2 % 4 == 0).count() / (double) places.length);
        final double half = 1.96 * Math.sqrt(0.25 * 0.75 / clusters);
        assertThat(interval.low()).isCloseTo(0.25 - half, within(0.01));
        assertThat(interval.high()).isCloseTo(0.25 + half, within(0.01));
        assertThat(interval.samples()).isEqualTo(2 * clusters);
    }

    @Test
    void shouldKeepTheNumberOfSamplesOfEveryStratum() {
        final Resampling two =
                new Resampling().and(Arrays.asList(null, null, null)).and(Arrays.asList("a", "b"));
        for (int seed = 0; seed < 20; seed++) {
            assertThat(two.draw(new SplittableRandom(seed)))
                    .hasSize(5)
                    .satisfies(drawn ->
                            assertThat(Arrays.stream(drawn).filter(i -> i < 3)).hasSize(3));
        }
    }

    @Test
    void shouldRefuseToCorrelateOnePair() {
        assertThatThrownBy(() -> Correlation.of(new double[1], new double[1])).hasMessageContaining("two or more");
        assertThat(Correlation.of(new double[] {1, 1, 1}, new double[] {1, 2, 3})
                        .pearson())
                .isNaN();
    }
}

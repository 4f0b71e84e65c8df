package org.mtrljudge.learner.prompts;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EpochOrderTest {
    private static List<Integer> all(final EpochOrder order) {
        return IntStream.range(0, order.size()).map(order::at).boxed().toList();
    }

    /** Runs that began before orders were computed continue in their order. */
    @Test
    void shouldListTheOrderThatItAlwaysHad() {
        final SplittableRandom random = new SplittableRandom(7);
        final List<Integer> expected = new ArrayList<>();
        for (int i = 0; i < 1000; i++) {
            final int at = random.nextInt(i + 1);
            expected.add(i);
            Collections.swap(expected, at, i);
        }
        assertThat(all(EpochOrder.of(1000, 7))).isEqualTo(expected);
        assertThat(EpochOrder.of(0, 7).size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 5, 64, 65, 1000, 4097})
    void shouldComputeEachIndexOnce(final int size) {
        for (int seed = 0; seed < 20; seed++) {
            assertThat(all(new EpochOrder.Computed(size, seed)))
                    .containsExactlyInAnyOrderElementsOf(
                            IntStream.range(0, size).boxed().toList());
        }
    }

    @Test
    void shouldComputeEachIndexOfManyExamplesOnceInAnotherOrderForEachSeed() {
        final int size = 3_000_000;
        final EpochOrder order = EpochOrder.of(size, 1);
        final EpochOrder other = EpochOrder.of(size, 2);
        final BitSet seen = new BitSet(size);
        int equal = 0;
        double sum = 0;
        for (int i = 0; i < size; i++) {
            seen.set(order.at(i));
            equal += order.at(i) == other.at(i) ? 1 : 0;
            sum += (double) i * order.at(i) / size;
        }
        assertThat(seen.cardinality()).isEqualTo(size);
        // a random permutation has one place in common with another
        assertThat(equal).isLessThan(10);
        // independent of the position: E[i · p(i)] = (n − 1)² / 4, standard deviation n² / (12 √n)
        assertThat(sum / size / size).isCloseTo(0.25, within(4 / (12 * Math.sqrt(size))));
    }

    /** A run that is resumed by another build continues in its order. */
    @Test
    void shouldComputeTheOrderThatItAlwaysHad() {
        final EpochOrder order = EpochOrder.of(3_000_000, 1);
        assertThat(IntStream.of(0, 1, 2, 1_500_000, 2_999_999).map(order::at))
                .containsExactly(1_559_300, 2_394_234, 2_859_403, 629_500, 2_039_359);
    }

    /** With 5 examples there are 120 orders. */
    @Test
    void shouldHaveEveryOrderOfFewExamples() {
        final long orders = IntStream.range(0, 3000)
                .mapToObj(seed -> all(new EpochOrder.Computed(5, seed)))
                .distinct()
                .count();
        assertThat(orders).isGreaterThan(110);
    }
}

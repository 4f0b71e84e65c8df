package org.mtrljudge.reward.rule;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class ComparativeTest {
    private static final double EXACT = 1e-9;

    private final Comparative comparative = new Comparative(2);
    private final GroupScores own = group(4, 3, 5);
    private final GroupScores lower = group(2, 2, 4);
    private final GroupScores equal = group(4, 3, 3);

    private static GroupScores group(final double right, final double... given) {
        final GroupScores group = GroupScores.of(right, given);
        assertThat(group).isNotNull();
        return group;
    }

    @Test
    void shouldTakeMeanAndVarianceOfTheScores() {
        assertThat(own).isEqualTo(new GroupScores(4, 4, 1));
        assertThat(GroupScores.of(4, new double[0])).isNull();
    }

    @Test
    void shouldBeTheFidelityOfTheOrderOfTwoGroups() {
        // Φ(0) = 0.5
        assertThat(comparative.value(3, own, List.of(lower))).isCloseTo(Math.sqrt(0.5), within(EXACT));
        // Φ(2 / √(1 + 1 + 1e-6)) = 0.921350
        assertThat(comparative.value(5, own, List.of(lower))).isCloseTo(0.9598698, within(1e-6));
        // the right order is the other one: √(1 − 0.921350)
        assertThat(comparative.value(5, lower, List.of(group(4, 2, 4)))).isCloseTo(0.2804455, within(1e-6));
    }

    @Test
    void shouldWantTheMeanOfAGroupThatIsRightlyEqual() {
        final GroupScores sure = group(4, 3, 3);
        // p* = 0.5: √(0.5 · 0.5) · 2, and √0.5 where the order is certain
        assertThat(comparative.value(3, sure, List.of(equal))).isCloseTo(1, within(EXACT));
        assertThat(comparative.value(5, sure, List.of(equal))).isCloseTo(Math.sqrt(0.5), within(EXACT));
    }

    @Test
    void shouldBeTheMeanOverTheEarlierGroups() {
        final double alone = comparative.value(5, own, List.of(lower));
        final double other = comparative.value(5, own, List.of(equal));
        assertThat(comparative.value(5, own, List.of(lower, equal))).isCloseTo((alone + other) / 2, within(EXACT));
        assertThat(comparative.value(5, own, List.of())).isZero();
    }

    @Test
    void shouldForgetTheOldestGroup() {
        assertThat(comparative.with(own, List.of(lower, equal))).containsExactly(equal, own);
    }
}

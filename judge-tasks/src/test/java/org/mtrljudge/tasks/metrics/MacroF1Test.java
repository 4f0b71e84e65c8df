package org.mtrljudge.tasks.metrics;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;

class MacroF1Test {
    private static final double ROUNDING = 1e-12;

    @Test
    void shouldAverageTheF1OfBothLabels() {
        final MacroF1 f1 = new MacroF1(List.of("yes", "no"));
        // yes: 3 true positives, 1 false negative, 2 false positives; no: 2, 2 and 1
        for (final String verdict : new String[] {"yes", "yes", "yes", "no"}) {
            f1.add("yes", verdict);
        }
        for (final String verdict : new String[] {"no", "no", "yes", "yes"}) {
            f1.add("no", verdict);
        }
        assertThat(f1.value()).isCloseTo((6.0 / 9 + 4.0 / 7) / 2, within(ROUNDING));
        assertThat(f1.accuracy()).isEqualTo(5.0 / 8);
        assertThat(f1.samples()).isEqualTo(8);
    }

    @Test
    void shouldCountAMissingVerdictAsAMiss() {
        final MacroF1 f1 = new MacroF1(List.of("yes", "no"));
        f1.add("yes", "yes");
        f1.add("yes", null);
        f1.add("no", "no");
        assertThat(f1.value()).isCloseTo((2.0 / 3 + 1) / 2, within(ROUNDING));
    }

    @Test
    void shouldCountAVerdictThatIsNoLabelAsAMiss() {
        final MacroF1 f1 = new MacroF1(List.of("yes", "no"));
        f1.add("yes", "yes");
        f1.add("yes", "perhaps");
        f1.add("no", "no");
        assertThat(f1.value()).isCloseTo((2.0 / 3 + 1) / 2, within(ROUNDING));
        assertThat(f1.samples()).isEqualTo(3);
        assertThat(f1.counts()).containsOnlyKeys("yes", "no");
    }

    @Test
    void shouldGiveAThirdToAJudgeThatAlwaysSaysYes() {
        final MacroF1 f1 = new MacroF1(List.of("yes", "no"));
        for (int i = 0; i < 10; i++) {
            f1.add(i % 2 == 0 ? "yes" : "no", "yes");
        }
        assertThat(f1.value()).isCloseTo(1.0 / 3, within(ROUNDING));
    }

    @Test
    void shouldNameAnUnknownLabel() {
        assertThatThrownBy(() -> new MacroF1(List.of("yes", "no")).add("maybe", "yes"))
                .hasMessageContaining("'maybe' is none of the labels [yes, no]");
    }
}

package org.mtrljudge.tasks.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LabelValuesTest {
    /** The answers of a data set without a list of labels come in any order, and their order is no scale. */
    @ParameterizedTest
    @CsvSource({"3, 5, 0.5", "3, 1, 0.5", "1, 5, 0", "5, 5, 1", "3, seven, 0"})
    void shouldTakeTheDistanceOfNumbersAndNotOfTheirPlaces(
            final String reference, final String verdict, final double closeness) {
        assertThat(new LabelValues(List.of("3", "1", "5")).closeness(verdict, reference))
                .isEqualTo(closeness);
    }

    @Test
    void shouldTakeNumbersThatAreFarApartAsTheyAre() {
        final LabelValues values = new LabelValues(List.of("0", "0.3333", "0.6667", "1", "-1"));
        assertThat(values.areNumbers()).isTrue();
        assertThat(values.closeness("0.3333", "1")).isEqualTo(1 - 0.6667 / 2);
    }

    @Test
    void shouldTakeWordsInTheOrderOfTheData() {
        final LabelValues values = new LabelValues(List.of("bad", "fair", "good", "1"));
        assertThat(values.areNumbers()).isFalse();
        assertThat(values.of("good")).isEqualTo(2);
        assertThat(values.closeness("bad", "good")).isEqualTo(1 - 2 / 3.0);
        assertThat(new LabelValues(List.of("only")).closeness("only", "only")).isEqualTo(1);
    }

    @Test
    void shouldGiveNoValueToAMissingVerdict() {
        assertThat(new LabelValues(List.of("1", "2")).of(null)).isNull();
        assertThat(new LabelValues(List.of("1", "2")).closeness(null, "1")).isZero();
    }
}

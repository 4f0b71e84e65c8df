package org.mtrljudge.tasks.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VerdictTypeTest {
    private static final Score STARS = new Score(1, 5, false, 0.5);
    private static final Score WHOLE = new Score(1, 5, true, 0);
    private static final Pair PAIR = new Pair("1", "2", "tie");
    private static final Ranking RANK = new Ranking(3, true);
    private static final Rubric RUBRIC = new Rubric(List.of("sharp", "fits the text"), 1, 5, List.of("yes", "no"));

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "4, 4, 4",
                "4.0, 4, 4",
                "' 2.50 ', 2.5, null",
                "5.01, null, null",
                "0.9, null, null",
                "1, 1, 1",
                "-1, null, null",
                "+3, 3, 3",
                "4/5, null, null",
                "four, null, null",
                "1e0, null, null",
                "NaN, null, null",
                "'', null, null",
                "'4 stars', null, null"
            })
    void shouldReadScores(final String text, final String any, final String whole) {
        assertThat(STARS.read(text)).isEqualTo(any);
        assertThat(WHOLE.read(text)).isEqualTo(whole);
        assertThat(WHOLE.readReference(text)).isEqualTo(any);
    }

    @Test
    void shouldCompareScoresWithATolerance() {
        assertThat(STARS.isRight("3.3", "3.8")).isTrue();
        assertThat(STARS.isRight("3.29", "3.8")).isFalse();
        // 3.8 - 3.3 is more than 0.5 in binary
        assertThat(STARS.isRight("3.8", "3.3")).isTrue();
        assertThat(WHOLE.isRight("4", "4.2")).isFalse();
        assertThat(STARS.closeness("1", "5")).isZero();
        assertThat(STARS.closeness("3", "4")).isEqualTo(0.75);
        assertThat(STARS.closeness("4", "4")).isEqualTo(1);
    }

    @Test
    void shouldKeepAReferenceAsTheDataWritesIt() {
        final Label labels = Label.of("a", "A", " no");
        assertThat(labels.readReference("A")).isEqualTo("A");
        assertThat(labels.readReference(" no")).isEqualTo(" no");
        assertThat(labels.readReference(" A ")).isEqualTo("a");
    }

    @Test
    void shouldCompareTwoThingsWithATie() {
        assertThat(PAIR.labels()).containsExactly("1", "2", "tie");
        assertThat(PAIR.read(" TIE ")).isEqualTo("tie");
        assertThat(new Pair("A", "B", null).read("tie")).isNull();
        assertThat(PAIR.closeness("1", "tie")).isEqualTo(0.5);
        assertThat(PAIR.closeness("tie", "2")).isEqualTo(0.5);
        assertThat(PAIR.closeness("1", "2")).isZero();
        assertThat(PAIR.closeness("tie", "tie")).isEqualTo(1);
        assertThat(List.of(PAIR.swapped("1"), PAIR.swapped("2"), PAIR.swapped("tie")))
                .containsExactly("2", "1", "tie");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "A > B > C, A > B > C",
                "c>a=b, C > A = B",
                "b = a > c, A = B > C",
                "C=B=A, A = B = C",
                "A > B, null",
                "A > B > D, null",
                "A > B > B, null",
                "A > B >, null",
                "> A > B > C, null",
                "A B C, null",
                "AB > C, null",
                "'', null",
                "A >= B > C, null"
            })
    void shouldReadRankings(final String text, final String ranking) {
        assertThat(RANK.read(text)).isEqualTo(ranking);
    }

    @Test
    void shouldRefuseTiesWhereThereAreNone() {
        assertThat(new Ranking(3, false).read("A > B = C")).isNull();
        assertThat(new Ranking(3, false).read("B > A > C")).isEqualTo("B > A > C");
    }

    /** Three relations: A to B, A to C, B to C. */
    @ParameterizedTest
    @CsvSource({
        "A > B > C, A > B > C, 1", "C > B > A, A > B > C, 0", "B > A > C, A > B > C, 0.6666666666666666",
        "A > B = C, A > B > C, 0.6666666666666666", "A = B = C, A > B > C, 0", "A = B = C, A = B = C, 1",
        "A = B > C, C > A = B, 0.3333333333333333"
    })
    void shouldCountTheRightRelationsOfARanking(final String verdict, final String reference, final double share) {
        assertThat(RANK.closeness(verdict, reference)).isEqualTo(share);
        assertThat(RANK.isRight(verdict, reference)).isEqualTo(share == 1);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {
                "sharp: 4; fits the text: 2; no | sharp: 4; fits the text: 2; no",
                "SHARP:4.0 ;Fits the text : 2;No | sharp: 4; fits the text: 2; no",
                "fits the text: 2; sharp: 4; no | null",
                "sharp: 4; no | null",
                "sharp: 4; fits the text: 6; no | null",
                "sharp: 4; fits the text: 2; maybe | null",
                "sharp: 4; fits the text: 2 | null",
                "sharp: 4; fits the text: 2; no; | sharp: 4; fits the text: 2; no",
                "no | null"
            })
    void shouldReadRubrics(final String text, final String rubric) {
        assertThat(RUBRIC.read(text)).isEqualTo(rubric);
    }

    @Test
    void shouldCompareARubricWithWhatIsKnown() {
        final String verdict = String.valueOf(RUBRIC.read("\nsharp: 5;\nfits the text: 2\nno\n"));
        assertThat(verdict).isEqualTo("sharp: 5; fits the text: 2; no");
        assertThat(RUBRIC.readReference("NO")).isEqualTo("no");
        assertThat(RUBRIC.isRight(verdict, "no")).isTrue();
        assertThat(RUBRIC.isRight(verdict, "sharp: 5; fits the text: 2; yes")).isFalse();
        assertThat(RUBRIC.label(verdict)).isEqualTo("no");
        assertThat(RUBRIC.closeness(verdict, "yes")).isZero();
        // sharp 1, fits 3 / 4, the label 0
        assertThat(RUBRIC.closeness(verdict, "sharp: 5; fits the text: 3; yes")).isCloseTo(1.75 / 3, within(1e-12));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"type\":\"label\",\"labels\":[\"yes\",\"no\"]}",
                "{\"type\":\"pair\",\"first\":\"1\",\"second\":\"2\",\"tie\":\"tie\"}",
                "{\"type\":\"score\",\"min\":1.0,\"max\":10.0,\"whole\":true,\"tolerance\":0.5}",
                "{\"type\":\"rank\",\"items\":4,\"ties\":true}",
                "{\"type\":\"rubric\",\"criteria\":[\"sharp\"],\"min\":1.0,\"max\":5.0,\"labels\":[\"yes\",\"no\"]}"
            })
    void shouldStandInTheLogAsJson(final String json) {
        final VerdictType type = VerdictType.ofJson(json);
        assertThat(VerdictType.ofJson(type.toJson())).isEqualTo(type);
        assertThat(type.toJson()).isEqualTo(json);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"score\",\"min\":5,\"max\":1} | max is 1.0, which must be larger than min, 5.0",
                "{\"type\":\"score\",\"min\":1,\"max\":5,\"tolerance\":9} | tolerance is 9, allowed is 0 to 4",
                "{\"type\":\"score\",\"min\":1,\"max\":5,\"stars\":9} | Unrecognized field \"stars\"",
                "{\"type\":\"stars\"} | Could not resolve type id 'stars'",
                "{\"type\":\"rank\",\"items\":1} | items is 1, allowed is 2 to 26",
                "{\"type\":\"pair\",\"first\":\"1\",\"second\":\"1\"} | the labels of a pair are [1, 1]",
                "{\"type\":\"pair\",\"first\":\"1\"} | property \"second\"",
                "{\"type\":\"label\"} | labels",
                "{\"type\":\"label\",\"labels\":[null]} | labels",
                "{\"type\":\"rubric\",\"criteria\":[],\"min\":1,\"max\":5,\"labels\":[\"yes\"]} | the number of criteria is 0",
                "{\"type\":\"rubric\",\"criteria\":[\"a;b\"],\"min\":1,\"max\":5,\"labels\":[\"yes\"]} | criteria and labels may not have",
                "{\"type\":\"rubric\",\"criteria\":[\"a\"],\"min\":1,\"max\":5,\"labels\":[\"yes\",\"YES\"]} | labels are [yes, YES], but they must be different",
                "{\"type\":\"rubric\",\"criteria\":[\" a\"],\"min\":1,\"max\":5,\"labels\":[\"yes\"]} | criteria are [ a]",
                "{\"type\":\"rubric\",\"criteria\":[\"a\"],\"min\":1,\"max\":1e10,\"labels\":[\"yes\"]} | max is 10000000000",
                "{\"type\":\"rubric\",\"criteria\":[\"a\"],\"min\":\"NaN\",\"max\":5,\"labels\":[\"yes\"]} | min is NaN",
                "null | it is empty",
                "[] | "
            })
    void shouldSayWhatIsWrongWithAType(final String json, final String message) {
        assertThatThrownBy(() -> VerdictType.ofJson(json))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message == null ? "" : message);
    }
}

package org.mtrljudge.tasks.verdict;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What real judges write, and what is made of it: {@code verdicts.csv} has the table. */
class VerdictReadingTest {
    private static final List<String> THINK_ANSWER = List.of("think", "answer");
    private static final VerdictType YES_NO = Label.of("yes", "no");
    private static final VerdictType PAIR = Label.of("first", "second", "tie");
    private static final Map<String, String> LETTERS = Map.of("A", "first", "B", "second", "C", "tie");

    private static VerdictReading reading(
            final List<String> tags, final String pattern, final Map<String, String> aliases, final String strip) {
        return new VerdictReading(tags, pattern, aliases, strip, false);
    }

    private static final Map<String, VerdictReading> READINGS = Map.ofEntries(
            Map.entry("strict", VerdictReading.STRICT),
            Map.entry("answer", reading(List.of("answer"), null, Map.of(), "")),
            Map.entry("verdict", reading(List.of("think", "verdict"), null, Map.of(), "")),
            Map.entry("thinking", reading(List.of("think"), null, Map.of(), "*.\"")),
            Map.entry("markdown", reading(THINK_ANSWER, null, Map.of(), "*_`.!\"")),
            Map.entry("prose", reading(THINK_ANSWER, "^\\W*(yes|no)\\b", Map.of(), "")),
            Map.entry("boxed", reading(List.of("think"), "\\\\boxed\\{([^{}]*)\\}", Map.of(), "")),
            Map.entry("arena", reading(List.of(), "\\[\\[(\\w)\\]\\]", LETTERS, "")),
            Map.entry("last", new VerdictReading(List.of(), "\\[\\[(\\w)\\]\\]", LETTERS, "", true)),
            Map.entry(
                    "image",
                    reading(
                            THINK_ANSWER,
                            null,
                            Map.of(
                                    "image 1",
                                    "first",
                                    "image 2",
                                    "second",
                                    "the second image",
                                    "second",
                                    "equal",
                                    "tie"),
                            ".")),
            Map.entry("json", reading(List.of(), "[\"']verdict[\"']\\s*:\\s*[\"'](\\w+)[\"']", Map.of(), "")),
            Map.entry("chinese", reading(THINK_ANSWER, null, Map.of("是", "yes", "是的", "yes", "否", "no"), "。")),
            Map.entry("score", reading(THINK_ANSWER, "^(?:score:)?\\s*(\\d)(?:/5)?\\s*$", Map.of(), "")));

    private static VerdictType type(final String reading) {
        return switch (reading) {
            case "arena", "last", "image" -> PAIR;
            case "score" -> new Score(1, 5, true, 0);
            default -> YES_NO;
        };
    }

    @ParameterizedTest
    @CsvFileSource(resources = "/verdicts.csv", numLinesToSkip = 1, emptyValue = "", maxCharsPerColumn = 1000)
    void shouldReadWhatRealJudgesWrite(
            final String reading, final String text, final String verdict, final String wellFormed) {
        final ParsedVerdict parsed = VerdictParser.parse(text, type(reading), READINGS.get(reading));
        assertThat(parsed.verdict()).isEqualTo(verdict.equals("-") ? null : verdict);
        assertThat(parsed.wellFormed()).as(parsed.reason()).isEqualTo(wellFormed.equals("yes"));
        final VerdictParser.Span place = VerdictParser.place(text, type(reading), READINGS.get(reading));
        assertThat(place == null).isEqualTo(verdict.equals("-"));
    }

    @Test
    void shouldTellWhereTheVerdictStands() {
        final String text = "<think>a</think><answer> **Yes**. </answer>";
        final VerdictParser.Span place = VerdictParser.place(text, YES_NO, READINGS.get("markdown"));
        assertThat(text.substring(place.start(), place.end())).isEqualTo("Yes");
    }

    @Test
    void shouldSurviveTheLog() {
        READINGS.values()
                .forEach(reading ->
                        assertThat(VerdictReading.ofJson(reading.toJson())).isEqualTo(reading));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "null",
                "[]",
                "{\"tags\": [\"answer\", \"think\"], \"aliases\": {}, \"strip\": \"\", \"last\": false}",
                "{\"tags\": [\"a b\"], \"aliases\": {}, \"strip\": \"\", \"last\": false}",
                "{\"tags\": [], \"aliases\": {}, \"strip\": \"\", \"last\": false, \"pattern\": \"(\"}",
                "{\"tags\": [], \"aliases\": {}, \"strip\": \"\", \"last\": false, \"patern\": \"a\"}",
                "{\"tags\": []}"
            })
    void shouldRefuseWhatIsNoReading(final String json) {
        assertThatThrownBy(() -> VerdictReading.ofJson(json)).isInstanceOf(IllegalArgumentException.class);
    }
}

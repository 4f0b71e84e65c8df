package org.mtrljudge.tasks.verdict;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictParserTest {
    private static final List<String> LABELS = List.of("yes", "no");

    private static ParsedVerdict parse(final String text) {
        return VerdictParser.parse(text, new Label(LABELS));
    }

    @ParameterizedTest(name = "[{index}] {0}")
    @CsvSource(delimiter = '|', nullValues = "null", textBlock = """
            <think>a ball</think><answer>yes</answer> | true | yes
            <think>a ball</think> <answer> No </answer> | true | no
            <think>line</think><answer>maybe</answer> | false | null
            <think>a</think><answer></answer> | false | null
            <think></think><answer>yes</answer> | false | yes
            <think> </think><answer>yes</answer> | false | yes
            <answer>yes</answer> | false | yes
            <answer>yes</answer><think>a</think> | false | null
            <think>a</think><answer>yes</answer><answer>yes</answer> | false | null
            <think>a</think><answer>yes</answer><answer>no</answer> | false | null
            <think><answer>yes</answer></think><answer>no</answer> | false | null
            <think>so <answer>yes</answer></think> | false | null
            <think>so <answer>yes</answer> | false | null
            <think>a</think><answer>yes | false | null
            <think>a<answer>yes</answer> | false | null
            a</think><answer>yes</answer> | false | yes
            <think>a</think><think>b</think><answer>yes</answer> | false | yes
            <think>a<think>b</think></think><answer>yes</answer> | false | yes
            Well. <think>a</think><answer>yes</answer> | false | yes
            <think>a</think>so<answer>yes</answer> | false | yes
            <think>a</think><answer>yes</answer>. | false | yes
            <think>a</think></answer>yes<answer> | false | null
            <THINK>a</THINK><ANSWER>yes</ANSWER> | false | null
            <think>ü 猫 🐈</think><answer>yes</answer> | true | yes
            <think>a</think><answer>yes no</answer> | false | null
            <think>a</think><answer>уes</answer> | false | null
            '' | false | null
            """)
    void shouldReadStrictly(final String text, final boolean wellFormed, final String verdict) {
        final ParsedVerdict parsed = parse(text);
        assertThat(parsed.wellFormed()).isEqualTo(wellFormed);
        assertThat(parsed.verdict()).isEqualTo(verdict);
        assertThat(parsed.reason() == null).isEqualTo(wellFormed);
    }

    @Test
    void shouldReadAMegabyteOfTagsQuickly() {
        final String hostile = "<think><answer>".repeat(70_000);
        Assertions.assertTimeout(
                Duration.ofSeconds(2),
                () -> assertThat(parse(hostile).verdict()).isNull());
        final String longThought = "<think>" + "x".repeat(1 << 20) + "</think><answer>no</answer>";
        assertThat(parse(longThought).wellFormed()).isTrue();
    }
}

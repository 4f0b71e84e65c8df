package org.mtrljudge.learner.event;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictReading;

class VerdictProbabilityTest {
    // the text of token i; the last one ends the turn and has no text
    private static final List<String> WORDS =
            List.of("<think>", "seen", "</think>", "<answer>", "y", "es", "</answer>", "?", "");

    private static String decode(final int[] tokens) {
        return Arrays.stream(tokens).mapToObj(WORDS::get).collect(Collectors.joining());
    }

    private static Completion completion(final int... tokens) {
        final float[] logProbs = new float[tokens.length];
        for (int i = 0; i < tokens.length; i++) {
            logProbs[i] = -0.1f * tokens[i];
        }
        return new Completion(
                decode(tokens), PackedArrays.ofInts(tokens), PackedArrays.ofFloats(logProbs), FinishReason.STOP, null);
    }

    private static Double probability(final int... tokens) {
        return VerdictProbability.of(
                completion(tokens), Label.of("yes", "y"), VerdictReading.STRICT, VerdictProbabilityTest::decode);
    }

    @Test
    void shouldMultiplyTheProbabilitiesOfTheTokensOfTheVerdict() {
        // "y" and "es"
        assertThat(probability(0, 1, 2, 3, 4, 5, 6, 8)).isCloseTo(Math.exp(-0.4 - 0.5), within(1e-6));
        assertThat(probability(3, 4, 6, 8)).isCloseTo(Math.exp(-0.4), within(1e-6));
    }

    @Test
    void shouldSkipWhatTheChatTemplateWrote() {
        final Completion plain = completion(1, 2, 3, 4, 5, 6, 8);
        final Completion written = Completion.newBuilder(plain)
                .setText("<think>\n" + plain.getText())
                .build();
        assertThat(VerdictProbability.of(
                        written, Label.of("yes"), VerdictReading.STRICT, VerdictProbabilityTest::decode))
                .isCloseTo(Math.exp(-0.4 - 0.5), within(1e-6));
    }

    @Test
    void shouldHaveNoneWithoutAnAnswer() {
        assertThat(probability(0, 1, 2, 8)).isNull();
        assertThat(probability(3, 6, 8)).isNull();
        assertThat(probability()).isNull();
    }
}

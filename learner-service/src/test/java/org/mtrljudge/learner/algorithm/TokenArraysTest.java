package org.mtrljudge.learner.algorithm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.mtrljudge.learner.settings.LearnerSettings.LossAvgMode;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;

/** How groups become the arrays and micro-batches of the loss, with values worked out by hand. */
class TokenArraysTest {
    private static final int PROMPT = 5;

    /** Two completions with these numbers of tokens; the advantages are 2 and −2. */
    private static LearnedGroup group(final float behaviour, final int first, final int second) {
        final float[] logProbs = new float[first + second];
        Arrays.fill(logProbs, behaviour);
        return new LearnedGroup(
                "task",
                0,
                new PackedGroup(
                        new EncodedPrompt(new int[PROMPT], new int[3][PROMPT], PROMPT, -1, List.of()),
                        List.of(new int[first], new int[second])),
                logProbs,
                new double[] {2, -2},
                false);
    }

    @Test
    void shouldLayTokensOutGroupByGroupAndCompletionByCompletion() {
        final List<LearnedGroup> groups = List.of(group(-1, 2, 1), group(-3, 1, 1));
        final TokenArrays arrays = TokenArrays.of(groups, LossAverage.over(groups, LossAvgMode.TOKEN), null);
        assertThat(arrays.oldLogProbs()).containsExactly(-1, -1, -1, -3, -3);
        assertThat(arrays.advantages()).containsExactly(2, 2, -2, 2, -2);
        assertThat(arrays.tokenWeights()).containsExactly(0.2f, 0.2f, 0.2f, 0.2f, 0.2f);
        assertThat(arrays.importanceWeights()).isNull();
    }

    @Test
    void shouldWeightTokensByTheWholeUpdateNotByTheirMicroBatch() {
        final LearnedGroup first = group(-1, 2, 4);
        final LearnedGroup second = group(-1, 1, 1);
        final List<LearnedGroup> update = List.of(first, second);
        // 8 tokens in 4 sequences
        assertThat(weights(first, LossAverage.over(update, LossAvgMode.TOKEN)))
                .containsExactly(0.125f, 0.125f, 0.125f, 0.125f, 0.125f, 0.125f);
        assertThat(weights(first, LossAverage.over(update, LossAvgMode.SEQ)))
                .containsExactly(0.125f, 0.125f, 0.0625f, 0.0625f, 0.0625f, 0.0625f);
        assertThat(weights(second, LossAverage.over(update, LossAvgMode.SEQ))).containsExactly(0.25f, 0.25f);
    }

    private static float[] weights(final LearnedGroup microBatch, final LossAverage average) {
        return TokenArrays.of(List.of(microBatch), average, null).tokenWeights();
    }

    @Test
    void shouldPutGroupsIntoAMicroBatchAsLongAsTheirPositionsFit() {
        // as long as the prompt, because the last token of a completion is never an input
        final LearnedGroup shortest = group(-1, 1, 1);
        final LearnedGroup longest = group(-1, 4, 3);
        final LearnedGroup middle = group(-1, 2, 2);
        final List<LearnedGroup> groups = List.of(shortest, longest, middle);
        assertThat(groups).extracting(g -> g.packed().positions()).containsExactly(5, 10, 7);
        assertThat(MicroBatches.of(groups, 22)).containsExactly(List.of(longest, middle, shortest));
        assertThat(MicroBatches.of(groups, 21)).containsExactly(List.of(longest, middle), List.of(shortest));
        assertThat(MicroBatches.of(groups, 16)).containsExactly(List.of(longest), List.of(middle, shortest));
        assertThat(MicroBatches.of(groups, 1)).containsExactly(List.of(longest), List.of(middle), List.of(shortest));
    }

    @Test
    void shouldDivideAGroupThatHasMorePositionsThanAMicroBatch() {
        final LearnedGroup group = group(-1, 4, 3);
        assertThat(MicroBatches.parts(List.of(group), 10)).containsExactly(group);
        final List<LearnedGroup> parts = MicroBatches.parts(List.of(group), 9);
        assertThat(parts).extracting(g -> g.packed().positions()).containsExactly(8, 7);
        assertThat(parts).extracting(g -> g.behaviour().length).containsExactly(4, 3);
        assertThat(parts.get(0).advantages()).containsExactly(2);
        assertThat(parts.get(1).advantages()).containsExactly(-2);
        final LossAverage average = LossAverage.over(parts, LossAvgMode.SEQ);
        assertThat(weights(parts.get(0), average)).containsExactly(0.125f, 0.125f, 0.125f, 0.125f);
        assertThat(average).isEqualTo(LossAverage.over(List.of(group), LossAvgMode.SEQ));
    }
}

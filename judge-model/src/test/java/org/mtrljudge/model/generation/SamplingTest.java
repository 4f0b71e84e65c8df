package org.mtrljudge.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.TestPictures;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;

/** Which tokens are drawn, and with what probability. */
class SamplingTest {
    /** The order of float32 sums differs between generation and scoring. */
    private static final float ORDER = 2e-5f;

    /** The first tokens against the inverse of the cumulative distribution, as its definition says. */
    @ParameterizedTest(name = "top-p {0}")
    @ValueSource(doubles = {1, 0.9})
    void shouldSampleByInvertingTheCumulativeDistribution(final double topP) {
        final int rows = 400;
        final Sampling one = new Sampling(1, topP, 1);
        try (JudgeModel whole = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1);
                NDManager scope = whole.newScope()) {
            final EncodedPrompt prompt = whole.encode("<image>\nSafe?", List.of(TestPictures.noise(96, 96, 1)), "test");
            final List<PackedGroup> each = IntStream.range(
                            0, whole.config().text().vocabSize())
                    .mapToObj(id -> new PackedGroup(prompt, List.of(new int[] {id})))
                    .toList();
            final float[] logProbs = whole.score(each, 1, scope).logProbs().toFloatArray();
            final double[] mass = nucleus(logProbs, topP);
            final float[][] uniforms = one.uniforms(7, rows);
            final List<GeneratedCompletion> sampled =
                    whole.generate(List.of(prompt), rows, one, new long[] {7}).get(0);
            int different = 0;
            for (int r = 0; r < rows; r++) {
                final int token = sampled.get(r).tokens()[0];
                assertThat(sampled.get(r).logProbs()[0]).isCloseTo(logProbs[token], within(ORDER));
                assertThat(mass[token]).isPositive();
                different += token == inverse(mass, uniforms[r][0]) ? 0 : 1;
            }
            // rounding decides where a number lies on a border
            assertThat(different).isLessThanOrEqualTo(1);
            assertThat(sampled.stream().map(c -> c.tokens()[0]).distinct()).hasSizeGreaterThan(100);
        }
    }

    /** The masses of the most likely tokens up to the first that exceeds {@code topP}; the others have none. */
    private static double[] nucleus(final float[] logProbs, final double topP) {
        final double[] mass = new double[logProbs.length];
        double before = 0;
        for (final int id : IntStream.range(0, mass.length)
                .boxed()
                .sorted(Comparator.comparingDouble(i -> -logProbs[i]))
                .toList()) {
            mass[id] = before < topP ? Math.exp(logProbs[id]) : 0;
            before += Math.exp(logProbs[id]);
        }
        return mass;
    }

    private static int inverse(final double[] mass, final double uniform) {
        double left = uniform * Arrays.stream(mass).sum();
        int id = 0;
        while (left >= mass[id]) {
            left -= mass[id++];
        }
        return id;
    }

    @Test
    void shouldComputeLikeTheLearnerInBfloat16() {
        final ModelOptions bfloat16 = new ModelOptions("cpu", WeightType.BF16, null, false);
        try (JudgeModel whole = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), bfloat16);
                NDManager scope = whole.newScope()) {
            final EncodedPrompt prompt = whole.encode("<image>\nSafe?", List.of(TestPictures.noise(96, 96, 1)), "test");
            final List<GeneratedCompletion> group = whole.generate(
                            List.of(prompt), 16, new Sampling(1, 1, 40), new long[] {7})
                    .get(0);
            final float[] again = whole.score(
                            List.of(new PackedGroup(
                                    prompt,
                                    group.stream()
                                            .map(GeneratedCompletion::tokens)
                                            .toList())),
                            1,
                            scope)
                    .logProbs()
                    .toFloatArray();
            double apart = 0;
            int at = 0;
            for (final GeneratedCompletion completion : group) {
                for (final float logProb : completion.logProbs()) {
                    apart += Math.abs(logProb - again[at++]);
                }
            }
            assertThat(at).isEqualTo(again.length);
            assertThat(apart / at).isLessThan(0.02);
        }
    }
}

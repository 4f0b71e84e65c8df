package org.mtrljudge.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.generation.Batching;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;

class JudgeModelTest {
    /** The order of float32 sums may differ. */
    private static final float ORDER = 2e-5f;

    private static JudgeModel model;

    @BeforeAll
    static void load() {
        model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1);
    }

    @AfterAll
    static void close() {
        model.close();
    }

    private static EncodedPrompt prompt(final String text, final int... sides) {
        final List<byte[]> pictures = new ArrayList<>();
        for (final int side : sides) {
            pictures.add(TestPictures.noise(side, side, side));
        }
        return model.encode(text, pictures, "test");
    }

    @Test
    void shouldHaveBetweenOneAndFiveMillionParameters() {
        assertThat(model.policy().parameterCount()).isBetween(1_000_000L, 5_000_000L);
    }

    @Test
    void shouldScoreWhatItGeneratedWithTheSameLogProbabilities() {
        final List<EncodedPrompt> prompts = List.of(
                prompt("<image>\nIs the image safe?", 96),
                prompt("no picture here, and a longer text than the other"),
                prompt("<image>\n<image>\nwhich", 96, 160));
        final List<List<GeneratedCompletion>> groups =
                model.generate(prompts, 4, new Sampling(0.9, 1, 12), new long[] {1, 2, 3});

        final List<PackedGroup> packed = new ArrayList<>();
        final List<Float> expected = new ArrayList<>();
        for (int i = 0; i < prompts.size(); i++) {
            packed.add(new PackedGroup(
                    prompts.get(i),
                    groups.get(i).stream().map(GeneratedCompletion::tokens).toList()));
            for (final GeneratedCompletion c : groups.get(i)) {
                for (final float p : c.logProbs()) {
                    expected.add(p);
                }
            }
        }
        try (NDManager scope = model.newScope()) {
            final float[] scored = model.score(packed, 0.9, scope).logProbs().toFloatArray();
            assertThat(scored).hasSize(expected.size());
            for (int i = 0; i < scored.length; i++) {
                assertThat(scored[i]).isCloseTo(expected.get(i), within(ORDER));
            }
        }
    }

    /** Pictures of one size go through the tower together, whatever lies between them; each must come to its own place. */
    @Test
    void shouldScorePicturesOfManySizesAsIfEachPromptWereAlone() {
        final List<PackedGroup> groups = List.of(
                group(prompt("<image>\n<image>\n<image>\nwhich", 160, 64, 96)),
                group(prompt("no picture")),
                group(prompt("<image>\n<image>\nwhich", 64, 160)),
                group(prompt("<image>\nsafe?", 96)));
        try (NDManager scope = model.newScope()) {
            final float[] together = model.score(groups, 1, scope).logProbs().toFloatArray();
            int at = 0;
            for (final PackedGroup group : groups) {
                for (final float alone :
                        model.score(List.of(group), 1, scope).logProbs().toFloatArray()) {
                    assertThat(together[at++]).isCloseTo(alone, within(ORDER));
                }
            }
            assertThat(together).hasSize(at);
        }
    }

    private static PackedGroup group(final EncodedPrompt prompt) {
        return new PackedGroup(prompt, List.of(new int[] {5, 6, 7, 8}, new int[] {9, 10}));
    }

    /** A completion that is alone is one causal sequence with its prompt: the plain way, without any sharing. */
    @Test
    void shouldScoreALongGroupLikeEachOfItsCompletionsAlone() {
        final Random random = new Random(1);
        final EncodedPrompt prompt = prompt("<image>\nIs the image safe?" + " or not".repeat(100), 96);
        final List<int[]> completions = IntStream.of(1, 512, 2, 300, 512, 40)
                .mapToObj(length -> random.ints(length, 10, 500).toArray())
                .toList();
        final PackedGroup other = new PackedGroup(prompt("no picture"), completions.subList(2, 4));
        try (NDManager scope = model.newScope()) {
            final float[] together = model.score(List.of(other, new PackedGroup(prompt, completions)), 1, scope)
                    .logProbs()
                    .toFloatArray();
            int at = other.completionTokens();
            for (final int[] completion : completions) {
                final float[] alone = model.score(List.of(new PackedGroup(prompt, List.of(completion))), 1, scope)
                        .logProbs()
                        .toFloatArray();
                assertThat(alone).hasSameSizeAs(completion);
                for (final float logProb : alone) {
                    assertThat(together[at++]).isCloseTo(logProb, within(ORDER));
                }
            }
            assertThat(at).isEqualTo(together.length);
        }
    }

    @Test
    void shouldGenerateTheSameTokensWhateverElseIsInTheBatch() {
        final EncodedPrompt one = prompt("<image>\nIs the image safe?", 96);
        final EncodedPrompt other = prompt("a much longer prompt without any picture at all, for the padding");
        final Sampling sampling = new Sampling(1, 0.9, 10);
        final int[] alone = model.generate(List.of(one), 2, sampling, new long[] {7})
                .get(0)
                .get(1)
                .tokens();
        final int[] together = model.generate(List.of(other, one), 2, sampling, new long[] {5, 7})
                .get(1)
                .get(1)
                .tokens();
        assertThat(together).isEqualTo(alone);
    }

    @Test
    void shouldGenerateTheSameTokensInPieces() {
        final EncodedPrompt prompt = prompt("<image>\nIs the image safe?", 96);
        final Sampling sampling = new Sampling(1, 1, 20);
        final List<GeneratedCompletion> whole =
                model.generate(List.of(prompt), 4, sampling, new long[] {7}).get(0);
        final List<GeneratedCompletion> pieces = model.generate(
                        List.of(prompt), 4, sampling, new long[] {7}, new Batching(1000, 3, () -> 9))
                .get(0);
        for (int i = 0; i < whole.size(); i++) {
            assertThat(pieces.get(i).tokens()).isEqualTo(whole.get(i).tokens());
            assertThat(pieces.get(i).logProbs()).isEqualTo(whole.get(i).logProbs());
            assertThat(pieces.get(i).spans())
                    .containsExactly(
                            new GeneratedCompletion.Span(9, whole.get(i).tokens().length));
        }
    }

    @Test
    void shouldContinueACompletionWithNewerWeights() {
        try (JudgeModel own = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 1);
                JudgeModel newer = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 2)) {
            final EncodedPrompt prompt = prompt("no picture");
            final Sampling sampling = new Sampling(1, 1, 20);
            final GeneratedCompletion before = own.generate(List.of(prompt), 1, sampling, new long[] {7})
                    .get(0)
                    .get(0);
            final AtomicInteger pieces = new AtomicInteger();
            final Batching batching = new Batching(1000, 5, () -> {
                // after the first token and one piece of five tokens
                if (pieces.incrementAndGet() == 3) {
                    own.replacePolicy(newer.policy().toSafetensors(), "newer");
                }
                return pieces.get() < 3 ? 0 : 1;
            });
            final GeneratedCompletion mixed = own.generate(List.of(prompt), 1, sampling, new long[] {7}, batching)
                    .get(0)
                    .get(0);
            assertThat(mixed.spans())
                    .containsExactly(
                            new GeneratedCompletion.Span(0, 6),
                            new GeneratedCompletion.Span(1, mixed.tokens().length - 6));
            assertThat(Arrays.copyOf(mixed.logProbs(), 6)).isEqualTo(Arrays.copyOf(before.logProbs(), 6));
            assertThat(mixed.logProbs()[6]).isNotEqualTo(before.logProbs()[6]);
        }
    }

    @Test
    void shouldTakeTheMostLikelyTokenWhenGreedy() {
        final EncodedPrompt prompt = prompt("<image>\nIs the image safe?", 96);
        final GeneratedCompletion greedy = model.generate(List.of(prompt), 1, new Sampling(0, 1, 3), new long[] {1})
                .get(0)
                .get(0);
        final int vocabulary = 768;
        try (NDManager scope = model.newScope()) {
            final List<PackedGroup> all = new ArrayList<>();
            for (int id = 0; id < vocabulary; id++) {
                all.add(new PackedGroup(prompt, List.of(new int[] {id})));
            }
            final float[] first = model.score(all, 1, scope).logProbs().toFloatArray();
            int best = 0;
            double mass = 0;
            for (int id = 0; id < vocabulary; id++) {
                best = first[id] > first[best] ? id : best;
                mass += Math.exp(first[id]);
            }
            assertThat(greedy.tokens()[0]).isEqualTo(best);
            assertThat(mass).isCloseTo(1, within(1e-4));
        }
    }

    @Test
    void shouldMemoriseACompletion() {
        try (JudgeModel student = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 3);
                AdamW optimizer = student.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1.0))) {
            final PackedGroup group = new PackedGroup(
                    prompt("<image>\nIs the image safe?", 96),
                    List.of(student.encodeCompletion("<think>seen red ball.</think><answer>yes</answer>")));
            final List<Double> losses = new ArrayList<>();
            for (int step = 0; step < 80; step++) {
                try (NDManager scope = student.newScope()) {
                    student.backward(List.of(group), 1, scope, scores -> {
                        final var loss = scores.logProbs().mean().neg();
                        losses.add((double) loss.getFloat());
                        return loss;
                    });
                    assertThat(optimizer.step(2e-3)).isPositive();
                }
            }
            assertThat(losses.get(0)).isGreaterThan(4);
            assertThat(losses.get(79)).isLessThan(0.1);
            final GeneratedCompletion learned = student.generate(
                            List.of(group.prompt()), 1, new Sampling(0, 1, 20), new long[] {0})
                    .get(0)
                    .get(0);
            assertThat(learned.text()).isEqualTo("<think>seen red ball.</think><answer>yes</answer>");
            assertThat(learned.finished()).isTrue();
        }
    }

    @Test
    void shouldLoadTheWeightsThatItSaved(@org.junit.jupiter.api.io.TempDir final Path folder) {
        model.save(folder.resolve("checkpoint"), WeightType.F32);
        try (JudgeModel again = JudgeModel.load(JudgeFolder.open(folder.resolve("checkpoint")))) {
            again.policy()
                    .tensors()
                    .forEach((name, tensor) -> assertThat(tensor.toFloatArray())
                            .isEqualTo(model.policy().tensors().get(name).toFloatArray()));
        }
    }
}

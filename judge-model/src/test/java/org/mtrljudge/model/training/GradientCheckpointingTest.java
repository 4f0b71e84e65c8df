package org.mtrljudge.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.TestPictures;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.weights.Weights;

/** Layers that are computed twice must give the same gradients as layers that are computed once. */
class GradientCheckpointingTest {
    /** Relative to the norm of a tensor; the order of float32 sums differs. */
    private static final double ORDER = 1e-4;

    @ParameterizedTest
    @CsvSource({
        "dense-tied,",
        "dense-untied,",
        "experts,",
        "dense-tied, all-linear",
        "experts, all-linear",
        // layers of the vision tower alone
        "dense-tied, linear_fc1"
    })
    void shouldGiveTheSameGradientsAsWithoutCheckpointing(final String checkpoint, final @Nullable String adapted) {
        final Lora lora = adapted == null ? null : new Lora(2, 4, List.of(adapted));
        final Map<String, float[]> kept = gradients(checkpoint, new ModelOptions("cpu", WeightType.F32, lora, false));
        final Map<String, float[]> again = gradients(checkpoint, new ModelOptions("cpu", WeightType.F32, lora, true));
        assertThat(again.keySet()).isEqualTo(kept.keySet());
        kept.forEach((name, expected) -> {
            double apart = 0;
            double norm = 0;
            for (int i = 0; i < expected.length; i++) {
                apart += Math.pow(again.get(name)[i] - expected[i], 2);
                norm += Math.pow(expected[i], 2);
            }
            assertThat(Math.sqrt(apart)).as(name).isCloseTo(0, within(ORDER * Math.sqrt(norm) + 1e-9));
        });
        // three blocks and three mergers have a linear_fc1; half of an adapter has no gradient at the start
        final int tower = "all-linear".equals(adapted) ? 0 : 6;
        assertThat(kept.entrySet().stream().filter(e -> e.getKey().contains("visual") && e.getValue()[0] != 0))
                .hasSizeGreaterThanOrEqualTo(tower);
        assertThat(kept.values().stream().filter(g -> g[0] != 0 || g[g.length - 1] != 0))
                .hasSizeGreaterThan(kept.size() / 3);
    }

    private static Map<String, float[]> gradients(final String checkpoint, final ModelOptions options) {
        final Path folder = Path.of("src/test/resources/parity", checkpoint);
        final Map<String, float[]> found = new TreeMap<>();
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(folder), options);
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1));
                NDManager scope = model.newScope()) {
            final Random random = new Random(1);
            model.backward(groups(model, random), 0.9, scope, scores -> {
                final NDArray weights =
                        scope.create(random.doubles(scores.logProbs().size()).toArray());
                return scores.logProbs()
                        .mul(weights.toType(scores.logProbs().getDataType(), false))
                        .sum();
            });
            try (Weights gradients = model.policy().gradients()) {
                gradients.tensors().forEach((name, g) -> found.put(name, g.toFloatArray()));
            }
            assertThat(optimizer.step(0)).isPositive();
        }
        return found;
    }

    /** Groups with more tokens than one piece of the head, with pictures, and with rows of different lengths. */
    private static List<PackedGroup> groups(final JudgeModel model, final Random random) {
        final byte[] picture = TestPictures.noise(128, 64, 2);
        final int[] completion = random.ints(300, 10, 500).toArray();
        return List.of(
                new PackedGroup(
                        model.encode("<image> one", List.of(picture), "one"),
                        List.of(completion, new int[] {20, 30, 40})),
                new PackedGroup(model.encode("two", List.of(), "two"), List.of(new int[] {50, 60})));
    }
}

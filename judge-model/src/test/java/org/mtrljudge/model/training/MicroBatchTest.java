package org.mtrljudge.model.training;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
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

/** How a batch is divided into micro-batches decides the memory, not the gradients. */
class MicroBatchTest {
    private static final int GROUPS = 64;

    @ParameterizedTest
    @CsvSource({"F32, false, 1e-5, 1e-5", "F32, true, 1e-5, 1e-5", "BF16, false, 1e-2, 4e-3", "BF16, true, 1e-2, 4e-3"})
    void shouldGiveTheGradientsOfTheWholeBatchInManyMicroBatches(
            final WeightType type, final boolean adapter, final double allowed, final double allowedOfLayers) {
        final Lora lora = adapter ? new Lora(4, 8, List.of(Lora.ALL_LINEAR)) : null;
        final ModelOptions options = new ModelOptions("cpu", type, lora, false);
        final Map<String, float[]> whole = gradients(options, GROUPS);
        final Map<String, float[]> parts = gradients(options, 1);
        assertThat(apart(whole, parts, "")).isLessThan(allowed);
        // without the table of embeddings, whose rows libtorch sums in bfloat16 within a micro-batch
        assertThat(apart(whole, parts, ".layers.")).isLessThan(allowedOfLayers);
    }

    /** The norm of the difference of all gradients whose names contain a text, relative to the norm of these gradients. */
    private static double apart(
            final Map<String, float[]> expected, final Map<String, float[]> found, final String named) {
        double apart = 0;
        double norm = 0;
        for (final String name : expected.keySet()) {
            for (int i = 0; name.contains(named) && i < expected.get(name).length; i++) {
                apart += Math.pow(expected.get(name)[i] - found.get(name)[i], 2);
                norm += Math.pow(expected.get(name)[i], 2);
            }
        }
        return Math.sqrt(apart / norm);
    }

    private static Map<String, float[]> gradients(final ModelOptions options, final int groupsAtOnce) {
        final Map<String, float[]> found = new TreeMap<>();
        try (JudgeModel model = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), options);
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1))) {
            final List<PackedGroup> groups = groups(model);
            for (int from = 0; from < GROUPS; from += groupsAtOnce) {
                try (NDManager scope = model.newScope()) {
                    model.backward(
                            groups.subList(from, from + groupsAtOnce),
                            1,
                            scope,
                            scores -> scores.logProbs().sum().div(-GROUPS));
                }
            }
            try (Weights gradients = model.policy().gradients();
                    Weights floats = gradients.copy(WeightType.F32)) {
                floats.tensors().forEach((name, g) -> found.put(name, g.toFloatArray()));
            }
            assertThat(optimizer.step(0)).isPositive();
        }
        return found;
    }

    private static List<PackedGroup> groups(final JudgeModel model) {
        final List<PackedGroup> groups = new ArrayList<>();
        for (int i = 0; i < GROUPS; i++) {
            final Random random = new Random(i);
            final int[] completion = random.ints(6, 10, 500).toArray();
            groups.add(new PackedGroup(
                    model.encode("<image>\nsafe?", List.of(TestPictures.noise(64, 64, i)), "test"),
                    List.of(completion, new int[] {completion[1], completion[0]})));
        }
        return groups;
    }
}

package org.mtrljudge.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDList;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.TestMemory;
import org.mtrljudge.model.TinyFolder;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.engine.JudgeModule;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;

/** What is generated with packed matrices is what the scorer, which has none, says of it. */
class PackedWeightsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    private static Path folder;

    /** The toy judge, but so wide that its head (768 x 512) and its three products of the MLP (1024 x 512) are packed. */
    @BeforeAll
    static void makeWideJudge() throws IOException {
        TinyFolder.copyTo(folder);
        final Path config = folder.resolve("config.json");
        final ObjectNode root = (ObjectNode) JSON.readTree(config.toFile());
        ((ObjectNode) root.get("text_config"))
                .put("hidden_size", 512)
                .put("intermediate_size", 1024)
                .put("num_hidden_layers", 4);
        ((ObjectNode) root.get("vision_config")).put("out_hidden_size", 512);
        JSON.writeValue(config.toFile(), root);
    }

    private static List<String> packed(final JudgeFolder judge, final ModelOptions options) {
        try (JudgeModule module = new JudgeModule();
                NDManager manager = NDManager.newBaseManager("PyTorch")) {
            assumeTrue(module.packs(), "this libtorch has no oneDNN");
            final JudgeWeights weights = new JudgeWeights(
                    judge.config(), options, RandomWeights.of(judge.config(), 1), new TreeMap<>(), module, manager);
            final NDList arguments = new NDList();
            weights.addForGenerationTo(arguments);
            return arguments.stream()
                    .map(NDArray::getName)
                    .filter(name -> name.endsWith(".packed"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void shouldPackOnlyLargeFloat32Matrices() {
        final String layer = "w.model.language_model.layers.";
        assertThat(packed(JudgeFolder.open(folder), ModelOptions.PLAIN))
                .hasSize(13)
                .contains(
                        "w.model.language_model.embed_tokens.packed",
                        layer + "0.mlp.down_proj.packed",
                        layer + "3.mlp.gate_proj.packed",
                        layer + "3.mlp.up_proj.packed");
        assertThat(packed(
                        JudgeFolder.open(folder),
                        new ModelOptions("cpu", WeightType.BF16, null, ModelOptions.PLAIN.gradientCheckpointing())))
                .isEmpty();
        assertThat(packed(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), ModelOptions.PLAIN))
                .isEmpty();
    }

    @Test
    void shouldGenerateWithTheWeightsOfNow() {
        try (JudgeModel model = JudgeModel.random(JudgeFolder.open(folder), 1);
                JudgeModel other = JudgeModel.random(JudgeFolder.open(folder), 2);
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1))) {
            final PackedGroup first = generatedAsScored(model, 4);
            // rows enough for the head's other way
            generatedAsScored(model, 100);
            try (NDManager scope = model.newScope()) {
                model.backward(
                        List.of(first), 1, scope, scores -> scores.logProbs().mean());
            }
            optimizer.step(1e-2);
            generatedAsScored(model, 4);
            model.replacePolicy(other.policy().toSafetensors(), "another policy");
            final PackedGroup replaced = generatedAsScored(model, 4);
            assertThat(replaced.completions().get(0))
                    .isEqualTo(generatedAsScored(other, 4).completions().get(0));
        }
    }

    @Test
    void shouldAddAnAdapterToPackedMatrices(@TempDir final Path checkpoint) {
        try (JudgeModel base = JudgeModel.random(JudgeFolder.open(folder), 1)) {
            base.save(checkpoint.resolve("base"), WeightType.F32);
        }
        final Lora lora = new Lora(4, 8, List.of("gate_proj", "down_proj"));
        try (JudgeModel model = JudgeModel.load(
                        JudgeFolder.open(checkpoint.resolve("base")),
                        new ModelOptions("cpu", WeightType.F32, lora, false));
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1))) {
            final PackedGroup before = generatedAsScored(model, 4);
            for (int step = 0; step < 3; step++) {
                try (NDManager scope = model.newScope()) {
                    model.backward(
                            List.of(before),
                            1,
                            scope,
                            scores -> scores.logProbs().mean());
                }
                optimizer.step(1e-1);
            }
            assertThat(generatedAsScored(model, 4).completions().get(0))
                    .isNotEqualTo(before.completions().get(0));
        }
    }

    @Test
    void shouldFreeTheCopiesOfEarlierVersions() throws IOException {
        try (JudgeModel model = JudgeModel.random(JudgeFolder.open(folder), 1)) {
            final ByteBuffer version = model.policy().toSafetensors();
            long before = 0;
            for (int i = 0; i < 60; i++) {
                // 27 MB of copies each time
                model.replacePolicy(version.duplicate(), "the same policy");
                generatedAsScored(model, 1);
                before = i == 9 ? TestMemory.residentBytes() : before;
            }
            assertThat(TestMemory.residentBytes() - before).isLessThan(300L << 20);
        }
    }

    private static PackedGroup generatedAsScored(final JudgeModel model, final int rows) {
        final int[] ids =
                LongStream.range(0, 20).mapToInt(i -> (int) (10 + 7 * i)).toArray();
        final int[] places = LongStream.range(0, 20).mapToInt(i -> (int) i).toArray();
        final EncodedPrompt prompt =
                new EncodedPrompt(ids, new int[][] {places, places, places}, ids.length, -1, List.of());
        final List<GeneratedCompletion> made = model.generate(
                        List.of(prompt), rows, new Sampling(1, 1, 12), new long[] {5})
                .get(0);
        final PackedGroup group = new PackedGroup(
                prompt, made.stream().map(GeneratedCompletion::tokens).toList());
        try (NDManager scope = model.newScope()) {
            final float[] scored =
                    model.score(List.of(group), 1, scope).logProbs().toFloatArray();
            int at = 0;
            for (final GeneratedCompletion completion : made) {
                for (final float logProb : completion.logProbs()) {
                    assertThat(logProb).isCloseTo(scored[at++], within(2e-4f));
                }
            }
            assertThat(at).isEqualTo(scored.length).isGreaterThanOrEqualTo(rows);
        }
        return group;
    }
}

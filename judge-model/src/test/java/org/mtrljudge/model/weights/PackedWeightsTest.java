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
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
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
        for (final String file : List.of("tokenizer.json", "preprocessor_config.json", "config.json")) {
            try (InputStream in =
                    Objects.requireNonNull(JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file))) {
                Files.copy(in, folder.resolve(file));
            }
        }
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

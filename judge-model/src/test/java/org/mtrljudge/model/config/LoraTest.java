package org.mtrljudge.model.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.TestPictures;
import org.mtrljudge.model.checkpoint.AdapterMerge;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;

class LoraTest {
    /** The difference between W x + s B A x and (W + s B A) x in float32. */
    private static final float ORDER = 2e-4f;

    private static final Lora LORA = new Lora(4, 8, List.of("q_proj", "down_proj", "qkv"));
    private final JudgeModel model = load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), LORA);

    @TempDir
    private Path folder;

    private static JudgeModel load(final JudgeFolder folder, final Lora lora) {
        return JudgeModel.load(folder, new ModelOptions("cpu", WeightType.F32, lora, false));
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static PackedGroup group(final JudgeModel judge) {
        final byte[] picture = TestPictures.noise(96, 64, 1);
        return new PackedGroup(
                judge.encode("<image>\nsafe?", List.of(picture), "test"), List.of(judge.encodeCompletion("yes it is")));
    }

    private static float[] scores(final JudgeModel judge) {
        try (NDManager scope = judge.newScope()) {
            return judge.score(List.of(group(judge)), 1, scope).logProbs().toFloatArray();
        }
    }

    private void train(final int steps) {
        try (AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1))) {
            for (int i = 0; i < steps; i++) {
                try (NDManager scope = model.newScope()) {
                    model.backward(
                            List.of(group(model)),
                            1,
                            scope,
                            s -> s.logProbs().mean().neg());
                }
                assertThat(optimizer.step(1e-2)).isPositive();
            }
        }
    }

    @Test
    void shouldChangeNothingBeforeItIsTrained() {
        try (JudgeModel plain = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            assertThat(scores(model)).isEqualTo(scores(plain));
        }
    }

    @Test
    void shouldHaveTwoTensorsForEachTargetAndNoOthers() {
        final Map<String, NDArray> tensors = model.policy().tensors();
        final JudgeConfig config = JudgeFolder.preset(JudgeFolder.JUDGE_TINY).config();
        assertThat(tensors)
                .hasSize(2 * (2 * config.text().layers() + config.vision().depth()));
        final String layer = "base_model.model.model.language_model.layers.0.mlp.down_proj";
        assertThat(tensors.get(layer + ".lora_A.weight").getShape().getShape())
                .containsExactly(4, config.text().intermediateSize());
        assertThat(tensors.get(layer + ".lora_B.weight").getShape().getShape())
                .containsExactly(config.text().hiddenSize(), 4);
    }

    @Test
    void shouldBecomeAWholeJudgeThatComputesTheSame() {
        train(8);
        final float[] adapted = scores(model);
        try (JudgeModel base = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
            assertThat(scores(base)[0]).isNotCloseTo(adapted[0], within(0.05f));
        }
        final Path saved = folder.resolve("adapter");
        model.save(saved);
        final Path merged = folder.resolve("merged");
        assertThat(AdapterMerge.merge(saved, merged, WeightType.F32)).isEqualTo(WeightType.F32);
        try (JudgeModel whole = JudgeModel.load(JudgeFolder.open(merged))) {
            assertThat(whole.lora()).isNull();
            final float[] scores = scores(whole);
            for (int i = 0; i < scores.length; i++) {
                assertThat(adapted[i]).isCloseTo(scores[i], within(ORDER));
            }
            // alpha / rank = 8 / 4
            final String module = "model.language_model.layers.0.mlp.down_proj";
            final Map<String, NDArray> adapter = model.policy().tensors();
            final NDArray b = adapter.get(Lora.PREFIX + module + Lora.B);
            final NDArray product =
                    b.matMul(adapter.get(Lora.PREFIX + module + Lora.A)).mul(8f / 4);
            try (JudgeModel base = JudgeModel.load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY))) {
                final NDArray expected =
                        base.policy().tensors().get(module + ".weight").add(product);
                assertThat(whole.policy().tensors().get(module + ".weight").toFloatArray())
                        .isEqualTo(expected.toFloatArray());
            }
        }
    }

    /** Otherwise the adapter would see other pictures than it was trained on. */
    @Test
    void shouldKeepTheLimitsOfPicturesOfItsTraining() {
        final Path saved = folder.resolve("adapter");
        final PromptLimits limits = new PromptLimits(1024L, 4096L, null);
        try (JudgeModel limited =
                load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY).within(limits), LORA)) {
            limited.save(saved);
        }
        final Path merged = folder.resolve("merged");
        AdapterMerge.merge(saved, merged, null);
        for (final Path made : List.of(saved, merged)) {
            assertThat(JudgeFolder.open(made).imageProcessor()).isEqualTo(new ImageProcessor(1024, 4096, 16, 2, 2));
        }
    }

    /** The preset is stored in BF16, and so is what is made of it, unless somebody asks for more. */
    @Test
    void shouldMergeInTheNumberTypeOfTheBase() throws IOException {
        train(8);
        final Path saved = folder.resolve("adapter");
        model.save(saved);
        final Path merged = folder.resolve("merged");
        final Path exact = folder.resolve("exact");
        Files.writeString(saved.resolve("README.md"), "---\nlibrary_name: \"peft\"\n---\nlibrary_name: peft\n");
        AdapterMerge.merge(saved, exact, WeightType.F32);
        assertThat(AdapterMerge.merge(saved, merged, null)).isEqualTo(WeightType.BF16);
        try (JudgeModel rounded = JudgeModel.load(JudgeFolder.open(merged));
                JudgeModel whole = JudgeModel.load(JudgeFolder.open(exact))) {
            final Map<String, NDArray> tensors = whole.policy().tensors();
            rounded.policy().tensors().forEach((name, tensor) -> {
                final float[] found = tensor.toFloatArray();
                final float[] expected = tensors.get(name).toFloatArray();
                for (int i = 0; i < found.length; i++) {
                    assertThat(found[i]).isCloseTo(expected[i], within(Math.abs(expected[i]) / 256));
                }
            });
        }
        assertThat(Files.size(merged.resolve("model.safetensors")))
                .isLessThan(Files.size(exact.resolve("model.safetensors")) * 6 / 10);
        assertThat(merged.resolve("chat_template.jinja")).exists();
        assertThat(merged.resolve("README.md"))
                .content()
                .startsWith("---\nlibrary_name: transformers\n---\nlibrary_name: peft\n")
                .endsWith("merged into its base model (`./judge model merge`).\n");
        assertThat(merged.resolve("adapter_config.json")).doesNotExist();
        assertThatThrownBy(() -> AdapterMerge.merge(merged, exact, null))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("is not the folder of an adapter");
    }

    @Test
    void shouldSaveAsPeftDoesAndContinueFromThere() throws IOException {
        train(3);
        final Path saved = folder.resolve("adapter");
        model.save(saved);
        // with the small files of its base, but without config.json, which would make it a whole judge
        assertThat(saved.toFile().list())
                .contains("adapter_config.json", "adapter_model.safetensors", "tokenizer.json", "chat_template.jinja")
                .doesNotContain("config.json", "model.safetensors");
        final JsonNode config =
                new ObjectMapper().readTree(saved.resolve("adapter_config.json").toFile());
        assertThat(config.get("peft_type").asText()).isEqualTo("LORA");
        assertThat(config.get("r").asInt()).isEqualTo(4);
        assertThat(config.get("base_model_name_or_path").asText()).isEqualTo(JudgeFolder.JUDGE_TINY);
        try (JudgeModel again = load(JudgeFolder.open(saved), null)) {
            assertThat(scores(again)).isEqualTo(scores(model));
        }
        final float[] before = scores(model);
        train(2);
        assertThat(scores(model)).isNotEqualTo(before);
        model.restore(saved);
        assertThat(scores(model)).isEqualTo(before);
        assertThatThrownBy(() -> load(JudgeFolder.open(saved), new Lora(8, 8, List.of("q_proj"))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("leave actor.model.lora.rank at 0");
    }

    @Test
    void shouldRefuseAnAdapterThatItWouldComputeWrongly() throws IOException {
        final Path saved = folder.resolve("adapter");
        model.save(saved);
        final Path file = saved.resolve("adapter_config.json");
        final ObjectMapper json = new ObjectMapper();
        for (final Map.Entry<String, Object> wrong : new TreeMap<String, Object>(Map.of(
                        "use_dora",
                        true,
                        "use_rslora",
                        true,
                        "bias",
                        "all",
                        "peft_type",
                        "LOHA",
                        "modules_to_save",
                        List.of("lm_head"),
                        "rank_pattern",
                        Map.of("q_proj", 8)))
                .entrySet()) {
            final ObjectNode config = (ObjectNode) json.readTree(file.toFile());
            final ObjectNode changed = config.deepCopy();
            changed.set(wrong.getKey(), json.valueToTree(wrong.getValue()));
            json.writeValue(file.toFile(), changed);
            assertThatThrownBy(() -> JudgeFolder.open(saved))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("adapter_config.json")
                    .hasMessageContaining("'" + wrong.getKey() + "'");
            json.writeValue(file.toFile(), config);
        }
    }

    @Test
    void shouldNameTheModulesOfTheModelWhenATargetIsUnknown() {
        assertThatThrownBy(() -> load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), new Lora(4, 8, List.of("query"))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("'query'")
                .hasMessageContaining("q_proj");
        final Lora all = new Lora(2, 4, List.of(Lora.ALL_LINEAR))
                .resolved(JudgeFolder.preset(JudgeFolder.JUDGE_TINY).config());
        assertThat(all.targetModules())
                .containsExactly("down_proj", "gate_proj", "k_proj", "o_proj", "q_proj", "up_proj", "v_proj");
    }

    @Test
    void shouldBroadcastOnlyTheAdapter() {
        final var image = model.policy().toSafetensors();
        // the whole model has 9 MB
        assertThat(image.remaining()).isLessThan(300_000);
        train(2);
        final float[] trained = scores(model);
        final var broadcast = model.policy().toSafetensors();
        try (JudgeModel actor = load(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), LORA)) {
            actor.replacePolicy(broadcast, "version 1");
            assertThat(scores(actor)).isEqualTo(trained);
        }
    }
}

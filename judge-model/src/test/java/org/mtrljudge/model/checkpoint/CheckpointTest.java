package org.mtrljudge.model.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.TestPictures;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;

class CheckpointTest {
    private static final double BF16_STEP = 1.0 / 256;

    @TempDir
    private Path folder;

    private Path checkpoint;

    @BeforeEach
    void save() {
        checkpoint = folder.resolve("checkpoint");
        try (JudgeModel model = JudgeModel.random(JudgeFolder.preset(JudgeFolder.JUDGE_TINY), 5)) {
            model.save(checkpoint, WeightType.F32);
        }
    }

    private void loadExpecting(final String... parts) {
        assertThatThrownBy(() -> JudgeModel.load(JudgeFolder.open(checkpoint)).close())
                .isInstanceOf(ModelException.class)
                .satisfies(e -> assertThat(e.getMessage()).contains(parts));
    }

    private Path weights() {
        return checkpoint.resolve("model.safetensors");
    }

    private void rewriteHeader(final UnaryOperator<String> change) throws IOException {
        final byte[] bytes = Files.readAllBytes(weights());
        final int length =
                (int) ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).getLong(0);
        final String header = new String(bytes, 8, length, StandardCharsets.UTF_8);
        final byte[] changed = change.apply(header).getBytes(StandardCharsets.UTF_8);
        final ByteBuffer out = ByteBuffer.allocate(8 + changed.length + bytes.length - 8 - length)
                .order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(changed.length).put(changed).put(bytes, 8 + length, bytes.length - 8 - length);
        Files.write(weights(), out.array());
    }

    /** Weights of the same type as the file are mapped. Training must change them only in memory, not in the file. */
    @Test
    void shouldNeverWriteIntoTheFileThatItWasLoadedFrom() throws IOException {
        final byte[] before = Files.readAllBytes(weights());
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint));
                AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1));
                NDManager scope = model.newScope()) {
            final ByteBuffer untrained = model.policy().toSafetensors();
            final PackedGroup group =
                    new PackedGroup(model.encode("safe?", List.of(), "test"), List.of(model.encodeCompletion("yes")));
            model.backward(List.of(group), 1, scope, s -> s.logProbs().mean().neg());
            assertThat(optimizer.step(1e-2)).isPositive();
            assertThat(model.policy().toSafetensors()).isNotEqualTo(untrained);
        }
        assertThat(Files.readAllBytes(weights())).isEqualTo(before);
    }

    @Test
    void shouldKeepTheFilesOfItsParentAndTheLimitsOfItsPictures() throws IOException {
        for (final String file : List.of("chat_template.jinja", "tokenizer_config.json", "generation_config.json")) {
            assertThat(checkpoint.resolve(file)).exists();
        }
        final String template = Files.readString(checkpoint.resolve("chat_template.jinja")) + "{#- a note -#}";
        Files.writeString(checkpoint.resolve("chat_template.jinja"), template);
        final Path next = checkpoint.resolveSibling("next");
        final PromptLimits limits = new PromptLimits(1024L, 4 * 32 * 32L, null);
        final byte[] picture = TestPictures.noise(128, 128, 3);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint).within(limits))) {
            assertThat(model.encode("<image>", List.of(picture), "test")
                            .images()
                            .get(0)
                            .tokens())
                    .isEqualTo(4);
            model.save(next, WeightType.F32);
        }
        assertThat(next.resolve("chat_template.jinja")).hasContent(template);
        assertThat(JudgeFolder.open(next).imageProcessor()).isEqualTo(new ImageProcessor(1024, 4096, 16, 2, 2));
    }

    @Test
    void shouldRefuseAPromptThatIsLongerThanAllowed() {
        final byte[] picture = TestPictures.noise(128, 128, 3);
        final JudgeFolder folder = JudgeFolder.open(checkpoint);
        final int length;
        try (PromptLength whole = new PromptLength(folder)) {
            length = whole.of("You judge.", "<image> safe?", List.of(picture));
        }
        try (JudgeModel model = JudgeModel.load(folder.within(new PromptLimits(null, null, length)))) {
            assertThat(model.encode("You judge.", "<image> safe?", List.of(picture), "it")
                            .length())
                    .isEqualTo(length)
                    .isGreaterThan(16);
        }
        try (PromptLength limited = new PromptLength(folder.within(new PromptLimits(null, null, length - 1)))) {
            assertThatThrownBy(() -> limited.of("You judge.", "<image> safe?", List.of(picture)))
                    .isInstanceOf(ModelException.class)
                    .hasMessageContaining("has " + length + " tokens, and data.max_prompt_length is " + (length - 1));
        }
    }

    @Test
    void shouldReadTheTemplateWhereTransformersDoes() throws IOException {
        Files.delete(checkpoint.resolve("chat_template.jinja"));
        final Path config = checkpoint.resolve("tokenizer_config.json");
        Files.writeString(
                config,
                "{\"chat_template\": [{\"name\": \"tools\", \"template\": \"t\"}, {\"name\":"
                        + " \"default\", \"template\": \"{{ bos_token }}of the tokenizer {{ messages[0].content }}\"}],"
                        + " \"bos_token\": {\"content\": \"<|im_start|>\"}}");
        assertThat(said()).isEqualTo("of the tokenizer yes");
        Files.writeString(
                checkpoint.resolve("chat_template.json"), "{\"chat_template\": \"older {{ messages[0].content }}\"}");
        assertThat(said()).isEqualTo("older yes");
        Files.writeString(checkpoint.resolve("generation_config.json"), "{\"eos_token_id\": [2, 0, 9]}");
        assertThat(JudgeFolder.open(checkpoint).stopTokens()).containsExactlyInAnyOrder(0, 2, 9);
        Files.writeString(checkpoint.resolve("generation_config.json"), "{\"eos_token_id\": \"<|im_end|>\"}");
        loadExpecting("generation_config.json", "is not the id of a token");
    }

    private String said() {
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint))) {
            return model.decode(model.encode("yes", List.of(), "test").ids());
        }
    }

    @Test
    void shouldRefuseAMissingTensor() throws IOException {
        rewriteHeader(h -> h.replace("model.visual.merger.norm.bias", "model.visual.merger.norm.bias2"));
        loadExpecting("model.safetensors", "tensor 'model.visual.merger.norm.bias'", "is missing");
    }

    @Test
    void shouldRefuseATensorOfTheWrongShape() throws IOException {
        rewriteHeader(h -> h.replace("\"shape\":[768,128]", "\"shape\":[128,768]"));
        loadExpecting("embed_tokens.weight' is (128, 768)", "asks for (768, 128)");
    }

    @Test
    void shouldRefuseATruncatedFile() throws IOException {
        final byte[] bytes = Files.readAllBytes(weights());
        Files.write(weights(), Arrays.copyOf(bytes, bytes.length / 2));
        loadExpecting("cut off or damaged");
    }

    @Test
    void shouldRefuseAFileThatIsNotSafetensors() throws IOException {
        // the beginning of a pickle
        Files.write(weights(), new byte[] {(byte) 0x80, 2, 'c', 'o', 's', '\n', 's', 'y', 's'});
        loadExpecting("is not a safetensors file");
        Files.delete(weights());
        loadExpecting("has no model.safetensors");
    }

    @Test
    void shouldRefuseAContradictoryConfiguration() throws IOException {
        final ObjectMapper json = new ObjectMapper();
        final Path config = checkpoint.resolve("config.json");
        final ObjectNode root = (ObjectNode) json.readTree(config.toFile());
        ((ObjectNode) root.get("text_config")).put("num_key_value_heads", 3);
        json.writeValue(config.toFile(), root);
        loadExpecting("multiple of num_key_value_heads");
        ((ObjectNode) root.get("text_config")).remove("hidden_size");
        json.writeValue(config.toFile(), root);
        loadExpecting("'hidden_size' is missing");
    }

    @Test
    void shouldRefuseAnUnknownArchitecture() throws IOException {
        final Path config = checkpoint.resolve("config.json");
        Files.writeString(config, Files.readString(config).replaceFirst("\"qwen3_vl\"", "\"llava\""));
        loadExpecting(config.toString(), "'model_type' is llava", "qwen3_vl, qwen3_vl_moe");
        Files.writeString(config, "{");
        loadExpecting(config.toString(), "is not JSON");
    }

    @Test
    void shouldRefuseAnUnknownNumberType() throws IOException {
        rewriteHeader(h -> h.replaceFirst("\"F32\"", "\"I8\" "));
        loadExpecting(weights().toString(), "tensor '", "has dtype I8", "F32, BF16, F16");
    }

    @Test
    void shouldRefuseAnUnsupportedPreprocessor() throws IOException {
        final Path file = checkpoint.resolve("preprocessor_config.json");
        final String sound = Files.readString(file);
        Files.writeString(file, sound.replaceFirst("0\\.5", "0.48"));
        loadExpecting("'image_mean' is [0.48,0.5,0.5]");
        Files.writeString(file, sound.replace("\"patch_size\": 16", "\"patch_size\": 14"));
        loadExpecting("differ in the sizes of patches");
    }

    @Test
    void shouldReadBothSpellingsOfTheRopeSettings() throws IOException {
        final ObjectMapper json = new ObjectMapper();
        final ObjectNode root =
                (ObjectNode) json.readTree(checkpoint.resolve("config.json").toFile());
        final JudgeConfig before = JudgeConfig.of(root);
        final ObjectNode text = (ObjectNode) root.get("text_config");
        final ObjectNode rope = (ObjectNode) text.remove("rope_scaling");
        rope.set("rope_theta", text.remove("rope_theta"));
        text.set("rope_parameters", rope);
        assertThat(JudgeConfig.of(root)).isEqualTo(before);
    }

    @Test
    void shouldRoundToBf16AndBack() {
        final Path half = folder.resolve("half");
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(checkpoint))) {
            model.save(half, WeightType.BF16);
            try (JudgeModel rounded = JudgeModel.load(JudgeFolder.open(half))) {
                model.policy().tensors().forEach((name, tensor) -> {
                    final float[] exact = tensor.toFloatArray();
                    final float[] near = rounded.policy().tensors().get(name).toFloatArray();
                    for (int i = 0; i < exact.length; i++) {
                        assertThat((double) Math.abs(near[i] - exact[i]))
                                .isLessThanOrEqualTo(Math.abs(exact[i]) * BF16_STEP);
                    }
                });
            }
        }
    }
}

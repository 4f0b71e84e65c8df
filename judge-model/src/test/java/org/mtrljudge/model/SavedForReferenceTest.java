package org.mtrljudge.model;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.NDManager;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.model.training.AdamW;

/**
 * The reference implementation loads the folders that we save and computes the same logits. A development check: it runs only if
 * {@code -Dparity.python=PROGRAM} names a Python with torch, transformers and peft.
 */
@EnabledIfSystemProperty(named = "parity.python", matches = ".+")
class SavedForReferenceTest {
    private static final double LOGITS = 1e-4;

    @TempDir
    private Path folder;

    private static EncodedPrompt prompt(final JudgeModel model) {
        return model.encode("Text: red ball left\nDoes the text match the image?", List.of(), "test");
    }

    /** Trains a few steps, so that the saved weights differ from the loaded weights. */
    private static void train(final JudgeModel model) {
        try (AdamW optimizer = model.optimizer(new AdamW.Settings(0, 0.9, 0.999, 1e-8, 1))) {
            final PackedGroup group =
                    new PackedGroup(prompt(model), List.of(model.encodeCompletion("no, it does not")));
            for (int i = 0; i < 3; i++) {
                try (NDManager scope = model.newScope()) {
                    model.backward(
                            List.of(group), 1, scope, s -> s.logProbs().mean().neg());
                }
                optimizer.step(1e-2);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense-tied", "dense-untied", "experts"})
    void shouldSaveACheckpointThatTheReferenceLoads(final String name) throws Exception {
        final Path golden = Path.of("src/test/resources/parity", name);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(golden))) {
            train(model);
            final Path saved = folder.resolve("saved");
            model.save(saved);
            assertThat(difference(model, saved, null)).isLessThan(LOGITS);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"dense-tied", "dense-untied", "experts"})
    void shouldSaveAnAdapterThatTheReferenceLoads(final String name) throws Exception {
        final Path golden = Path.of("src/test/resources/parity", name);
        final List<String> targets = List.of(Lora.ALL_LINEAR);
        final ModelOptions options = new ModelOptions("cpu", WeightType.F32, new Lora(4, 16, targets), false);
        try (JudgeModel model = JudgeModel.load(JudgeFolder.open(golden), options)) {
            train(model);
            final Path saved = folder.resolve("adapter");
            model.save(saved);
            assertThat(difference(model, golden, saved)).isLessThan(LOGITS);
        }
    }

    private double difference(final JudgeModel model, final Path checkpoint, final @Nullable Path adapter)
            throws IOException, InterruptedException {
        final EncodedPrompt prompt = prompt(model);
        final Path ids = folder.resolve("ids.json");
        final Path logits = folder.resolve("logits.f32");
        new ObjectMapper().writeValue(ids.toFile(), prompt.ids());
        try (NDManager scope = model.newScope()) {
            final float[] values = model.logits(prompt, scope).toFloatArray();
            final ByteBuffer bytes =
                    ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
            bytes.asFloatBuffer().put(values);
            Files.write(logits, bytes.array());
        }
        final List<String> command = new ArrayList<>(
                List.of(System.getProperty("parity.python"), "src/test/parity/check_saved.py", checkpoint.toString()));
        if (adapter != null) {
            command.add(adapter.toString());
        }
        command.addAll(List.of(ids.toString(), logits.toString()));
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
        System.out.println(checkpoint.getFileName() + ": largest difference of logits " + output.strip());
        return Double.parseDouble(output.strip());
    }
}

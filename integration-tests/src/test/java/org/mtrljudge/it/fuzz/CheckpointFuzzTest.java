package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import ai.djl.ndarray.types.Shape;
import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.ModelSize;
import org.mtrljudge.model.weights.Safetensors;

/** Whatever a folder of a checkpoint or an adapter holds, it is read or refused with a reason. */
class CheckpointFuzzTest {
    private static final SortedMap<String, Shape> EXPECTED =
            new TreeMap<>(Map.of("a", new Shape(2, 3), "b", new Shape(4)));
    private static final List<String> CONFIGURATION =
            List.of("config.json", "preprocessor_config.json", "tokenizer.json");

    @TempDir
    static Path folder;

    @BeforeEach
    void fillFolder() throws IOException {
        for (final String file : CONFIGURATION) {
            try (InputStream preset = JudgeFolder.class.getResourceAsStream("/judge-tiny/" + file)) {
                Files.write(folder.resolve(file), preset.readAllBytes());
            }
        }
    }

    private interface Reading {
        void read() throws IOException;
    }

    private static void orRefuse(final Reading reading) throws IOException {
        try {
            reading.read();
        } catch (final ModelException e) {
            assertThat(e.getMessage()).isNotBlank().hasSizeLessThan(10_000);
        }
    }

    @FuzzTest(maxDuration = "")
    void shouldReadSafetensors(final byte[] bytes) throws IOException {
        final Path file = Files.write(folder.resolve("any.safetensors"), bytes);
        orRefuse(() -> {
            final SortedMap<String, Safetensors.Tensor> read = Safetensors.read(file);
            for (final Safetensors.Tensor tensor : read.values()) {
                final long size = tensor.shape().size() * tensor.type().bytes();
                assertThat(size).isBetween(0L, (long) bytes.length);
                tensor.bytes().read(ByteBuffer.allocate((int) size), 0);
            }
        });
        orRefuse(() -> {
            final SortedMap<String, Safetensors.Tensor> read =
                    Safetensors.read(ByteBuffer.wrap(bytes), EXPECTED, Path.of("image"));
            assertThat(read).containsOnlyKeys(EXPECTED.keySet());
            for (final Safetensors.Tensor tensor : read.values()) {
                final int size = (int) tensor.shape().size() * tensor.type().bytes();
                tensor.bytes().read(ByteBuffer.allocate(size), 0);
            }
        });
    }

    @FuzzTest(maxDuration = "")
    void shouldReadAConfiguration(final byte[] bytes) throws IOException {
        Files.write(folder.resolve("config.json"), bytes);
        orRefuse(() -> {
            final JudgeConfig config = JudgeFolder.config(folder.toString());
            assertThat(ModelSize.of(config).parameters()).isPositive();
            assertThat(ModelSize.of(config).tensors()).isLessThan(50_000);
            assertThat(new Lora(1, 1, List.of(Lora.ALL_LINEAR)).shapes(config)).isNotEmpty();
        });
    }

    @FuzzTest(maxDuration = "")
    void shouldReadAnImageConfiguration(final byte[] bytes) throws IOException {
        Files.write(folder.resolve("preprocessor_config.json"), bytes);
        final byte[] picture = PictureFuzzTest.flat(40, 30);
        orRefuse(() -> assertThat(JudgeFolder.open(folder)
                        .imageProcessor()
                        .process(picture, "flat")
                        .tokens())
                .isPositive());
    }

    @FuzzTest(maxDuration = "")
    void shouldReadAnIndexOfShards(final byte[] bytes) throws IOException {
        Files.write(folder.resolve("model.safetensors.index.json"), bytes);
        try (InputStream shard = CheckpointFuzzTest.class.getResourceAsStream(
                "CheckpointFuzzTestInputs/shouldReadSafetensors/two-tensors")) {
            Files.write(folder.resolve("shard.safetensors"), shard.readAllBytes());
        }
        orRefuse(() -> assertThat(JudgeFolder.open(folder).tensors()).isNotEmpty());
    }

    @FuzzTest(maxDuration = "")
    void shouldReadAnAdapter(final byte[] bytes) throws IOException {
        final Path adapter = Files.createDirectories(folder.resolve("adapter"));
        Files.write(adapter.resolve("adapter_config.json"), bytes);
        try (InputStream weights = CheckpointFuzzTest.class.getResourceAsStream(
                "CheckpointFuzzTestInputs/shouldReadSafetensors/two-tensors")) {
            Files.write(adapter.resolve("adapter_model.safetensors"), weights.readAllBytes());
        }
        orRefuse(() -> {
            final JudgeFolder opened = JudgeFolder.open(adapter);
            assertThat(opened.adapterTensors(opened.config())).isNotNull();
        });
    }
}

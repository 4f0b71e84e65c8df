package org.mtrljudge.model.weights;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsFileTest {
    @TempDir
    private Path folder;

    private Path file;

    @BeforeEach
    void write() throws IOException {
        final byte[] header =
                "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}".getBytes(StandardCharsets.US_ASCII);
        final ByteBuffer image = ByteBuffer.allocate(8 + header.length + 4).order(ByteOrder.LITTLE_ENDIAN);
        image.putLong(header.length).put(header).putFloat(1.5f);
        file = Files.write(folder.resolve("policy.safetensors"), image.array());
    }

    private static float first(final Safetensors.Tensor tensor) {
        final ByteBuffer target = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        try {
            tensor.bytes().read(target, 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return target.getFloat(0);
    }

    /** The learner deletes old policies from a folder that it shares with the actors. */
    @Test
    void shouldReadAFileThatIsDeletedMeanwhile() throws IOException {
        final float[] read = {0};
        Safetensors.readOpen(file, tensors -> {
            try {
                Files.delete(file);
            } catch (final IOException e) {
                throw new UncheckedIOException(e);
            }
            read[0] = first(tensors.get("a"));
        });
        assertThat(read[0]).isEqualTo(1.5f);
    }

    @Test
    void shouldOpenAFileAgainWhereItsTensorsAreReadLater() throws IOException {
        final Safetensors.Tensor tensor = Safetensors.read(file).get("a");
        assertThat(first(tensor)).isEqualTo(1.5f);
        Files.delete(file);
        assertThatThrownBy(() -> first(tensor)).hasCauseInstanceOf(NoSuchFileException.class);
    }
}

package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.settings.io.Sha256;

class ImageStoreTest {
    private static final byte[] SECRET = "secret".getBytes(StandardCharsets.UTF_8);

    @TempDir
    private Path folder;

    private Path root;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectory(folder.resolve("data"));
        Files.write(folder.resolve("outside.png"), SECRET);
        Files.write(root.resolve("inside.png"), SECRET);
        Files.createSymbolicLink(root.resolve("link.png"), folder.resolve("outside.png"));
    }

    private byte[] read(final String path) {
        return new ImageStore(root).read(new ImageRef(Sha256.of(ByteBuffer.wrap(SECRET)), path, null));
    }

    @Test
    void shouldReadImagesUnderTheRoot() {
        assertThat(read("inside.png")).isEqualTo(SECRET);
        assertThat(read("../data/inside.png")).isEqualTo(SECRET);
    }

    @ParameterizedTest
    @ValueSource(strings = {"../outside.png", "/etc/passwd", "link.png", "x/../../outside.png"})
    void shouldReadNothingOutsideTheRoot(final String path) {
        assertThatThrownBy(() -> read(path))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is outside the data root");
    }

    @Test
    void shouldFetchNoUrl() {
        assertThatThrownBy(() -> read("https://127.0.0.1/inside.png"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is a URL");
    }

    @Test
    void shouldRefuseAnImageThatDoesNotMatchItsDigest() throws IOException {
        Files.writeString(root.resolve("inside.png"), "another");
        assertThatThrownBy(() -> read("inside.png")).hasMessageContaining("does not match its SHA-256");
    }
}

package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
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
    private int readings;

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

    private static ImageRef ref(final String path) {
        return new ImageRef(Sha256.of(ByteBuffer.wrap(SECRET)), path, null);
    }

    /** A store whose disk fails so many times. */
    private ImageStore failing(final int times) {
        return new ImageStore(
                root,
                file -> {
                    if (++readings <= times) {
                        throw new IOException("Stale file handle");
                    }
                    return Files.readAllBytes(file);
                },
                1);
    }

    @Test
    void shouldReadAgainWhenTheDiskFails() {
        assertThat(failing(3).read(ref("inside.png"))).isEqualTo(SECRET);
        assertThat(readings).isEqualTo(4);
    }

    @Test
    void shouldNotCallTheFailureOfADiskTheFaultOfAnImage() throws IOException {
        assertThatThrownBy(() -> failing(1000).read(ref("inside.png")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("inside.png cannot be read")
                .hasMessageContaining("Stale file handle");
        Files.move(root, folder.resolve("unmounted"));
        assertThatThrownBy(() -> failing(0).read(ref("inside.png")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the data root " + root + " cannot be read")
                .hasMessageContaining("is it mounted?");
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent.png", "inside.png/x", ".", "loop"})
    void shouldRefuseAtOnceWhatIsNoFileInTheRoot(final String path) throws IOException {
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        assertThatThrownBy(() -> failing(0).read(ref(path)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("image " + root);
        assertThat(readings).isZero();
    }
}

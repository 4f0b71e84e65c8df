package org.mtrljudge.schemas.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.settings.io.DataRoot;
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
                .message()
                .containsAnyOf("is outside the data root", "is a link out of");
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
        return failing(times, new IOException("Stale file handle"));
    }

    private ImageStore failing(final int times, final IOException failure) {
        return new ImageStore(new DataRoot(
                root,
                1 << 20,
                file -> {
                    if (++readings <= times) {
                        throw failure;
                    }
                    return Files.readAllBytes(file);
                },
                1));
    }

    private static UnreadableImageException unreadable(final ImageStore store, final String path) {
        return catchThrowableOfType(UnreadableImageException.class, () -> store.read(ref(path)));
    }

    @Test
    void shouldReadAgainWhenTheDiskFails() {
        assertThat(failing(3).read(ref("inside.png"))).isEqualTo(SECRET);
        assertThat(readings).isEqualTo(4);
    }

    @Test
    void shouldNotCallTheFailureOfADiskTheFaultOfAnImage() {
        final UnreadableImageException failure = unreadable(failing(1000), "inside.png");
        assertThat(failure).hasMessageContaining("inside.png cannot be read").hasMessageContaining("Stale file handle");
        assertThat(failure.isRootAway()).isFalse();
    }

    @Test
    void shouldNotCallAnImageMissingWhenItsLookUpFailsForAnotherReason() throws IOException {
        Files.createSymbolicLink(root.resolve("loop"), root.resolve("loop"));
        assertThat(unreadable(failing(0), "loop").isRootAway()).isFalse();
    }

    @Test
    void shouldNotCallAnImageMissingWhenTheRootIsNotMounted() throws IOException {
        Files.move(root, folder.resolve("unmounted"));
        final UnreadableImageException missing = unreadable(failing(0), "inside.png");
        assertThat(missing)
                .hasMessageContaining("the data root " + root + " cannot be read")
                .hasMessageContaining("is it mounted?");
        assertThat(missing.isRootAway()).isTrue();
        // a mount point is a folder also while nothing is mounted
        Files.createDirectory(root);
        final UnreadableImageException empty = unreadable(failing(0), "inside.png");
        assertThat(empty).hasMessage("the data root " + root + " is empty: is it mounted?");
        assertThat(empty.isRootAway()).isTrue();
    }

    @Test
    void shouldRefuseAFileThatItMayNotReadAtOnce() {
        assertThatThrownBy(() ->
                        failing(1000, new AccessDeniedException("inside.png")).read(ref("inside.png")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("inside.png may not be read by this user");
        assertThat(readings).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent.png", "inside.png/x", "absent/x.png", "."})
    void shouldRefuseAtOnceWhatIsNoFileInTheRoot(final String path) {
        assertThatThrownBy(() -> failing(0).read(ref(path)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("image " + path + " is not ");
        assertThat(readings).isZero();
    }
}

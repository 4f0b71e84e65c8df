package org.mtrljudge.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.settings.io.DataRoot;
import org.mtrljudge.tasks.source.JsonlData;

/** The fault of a picture, which makes its prompt dead, and the failure of a disk, which does not. */
class PictureFolderTest {
    @TempDir
    private Path folder;

    private Path root;
    private int readings;

    @BeforeEach
    void makePicture() throws IOException {
        root = Files.createDirectory(folder.resolve("data"));
        Files.write(root.resolve("a.png"), new byte[] {1});
        Files.createDirectory(root.resolve("sub"));
    }

    /** A folder whose disk fails so many times. */
    private PictureFolder failing(final int times) {
        return new PictureFolder(new DataRoot(
                root,
                PictureFolder.MAX_BYTES,
                file -> {
                    if (++readings <= times) {
                        throw new IOException("Stale file handle");
                    }
                    return Files.readAllBytes(file);
                },
                1));
    }

    @Test
    void shouldReadAgainWhenTheDiskFails() {
        assertThat(failing(3).read("a.png")).containsExactly(1);
        assertThat(readings).isEqualTo(4);
    }

    @Test
    void shouldNotCallTheFailureOfADiskTheFaultOfAPicture() {
        assertThatThrownBy(() -> failing(1000).read("a.png"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("a.png cannot be read")
                .hasMessageContaining("Stale file handle")
                .hasMessageContaining("can be resumed");
    }

    @Test
    void shouldNotCallAMountThatIsAwayAMissingPicture() throws IOException {
        final PictureFolder pictures = failing(0);
        Files.move(root, folder.resolve("unmounted"));
        assertThatThrownBy(() -> pictures.read("a.png"))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("the data root " + root + " cannot be read")
                .hasMessageContaining("is it mounted?");
        assertThatThrownBy(() -> pictures.check("a.png")).isInstanceOf(UncheckedIOException.class);
        Files.move(folder.resolve("unmounted"), root);
        assertThat(pictures.read("a.png")).containsExactly(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"absent.png", "sub", "../a.png", "sub/absent.png"})
    void shouldRefuseAtOnceWhatIsNoPictureInTheFolder(final String name) {
        assertThatThrownBy(() -> failing(1000).read(name)).isInstanceOf(DataException.class);
        assertThat(readings).isZero();
    }

    @Test
    void shouldNameTheLineOfAPictureThatWasDeleted() throws IOException {
        final String line =
                "{\"task\":\"t\",\"prompt\":\"<image>\",\"images\":[\"a.png\"],\"answer\":\"y\",\"split\":\"%s\"}%n";
        final Path file =
                Files.writeString(root.resolve("data.jsonl"), line.formatted("train") + line.formatted("test"));
        final JudgeExample example = JsonlData.read(file).example("t", Split.TRAIN, 0);
        Files.delete(root.resolve("a.png"));
        assertThatThrownBy(example::pictures)
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.jsonl:1 names the image a.png, which is not there");
    }
}

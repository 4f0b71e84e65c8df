package org.mtrljudge.settings.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class DataRootTest {
    private static final int MAX_BYTES = 4;

    @TempDir
    private Path folder;

    private Path root;
    private int readings;

    @BeforeEach
    void makeFiles() throws IOException {
        root = Files.createDirectory(folder.resolve("data"));
        Files.write(root.resolve("a.png"), new byte[MAX_BYTES]);
        Files.write(root.resolve("large.png"), new byte[MAX_BYTES + 1]);
        Files.write(folder.resolve("outside.png"), new byte[1]);
        Files.createSymbolicLink(root.resolve("link.png"), folder.resolve("outside.png"));
    }

    private DataRoot files() {
        return new DataRoot(
                root,
                MAX_BYTES,
                file -> {
                    readings++;
                    return Files.readAllBytes(file);
                },
                1);
    }

    static Stream<String> namesThatNoFileCanHave() {
        return Stream.of("a".repeat(256), "ö".repeat(128), "b/".repeat(3000) + "a.png", "a\0.png");
    }

    /** The file system reports such names as it reports a disk that fails. */
    @ParameterizedTest
    @MethodSource("namesThatNoFileCanHave")
    void shouldRefuseANameThatNoFileCanHave(final String name) {
        assertThatThrownBy(() -> files().read(name))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is not the name of a file");
        assertThat(readings).isZero();
    }

    @Test
    void shouldRefuseWhatIsWrongWithAFileAndSayWhat() throws IOException {
        assertThat(files().read("a.png")).hasSize(MAX_BYTES);
        assertThatThrownBy(() -> files().read("large.png")).hasMessage("is larger than 4 bytes");
        assertThatThrownBy(() -> files().read("absent.png")).hasMessage("is not there");
        assertThatThrownBy(() -> files().read("a.png/b.png")).hasMessage("is not there");
        assertThatThrownBy(() -> files().read(".")).hasMessage("is not a file");
        assertThatThrownBy(() -> files().read("../outside.png")).hasMessage("is outside the data root " + root);
        assertThatThrownBy(() -> files().read("link.png"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("is a link out of " + root);
        assertThatThrownBy(() -> files().check("link.png")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void shouldNotCallAFileMissingWhileTheRootIsAway() throws IOException {
        final DataRoot files = files();
        Files.move(root, folder.resolve("unmounted"));
        assertThatThrownBy(() -> files.read("a.png")).isInstanceOf(DataRoot.AwayException.class);
        Files.createDirectory(root);
        assertThatThrownBy(() -> files.check("a.png"))
                .isInstanceOf(DataRoot.AwayException.class)
                .hasMessage("the data root " + root + " is empty: is it mounted?");
    }
}

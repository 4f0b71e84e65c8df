package org.mtrljudge.tasks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.tasks.published.Preparation;
import org.mtrljudge.tasks.published.PreparedFolder;
import org.mtrljudge.tasks.source.JsonlData;

/** A link in a data set must not bring a file from elsewhere into the log. */
class PictureLinksTest {
    private static final String LINE = """
            {"task":"t","prompt":"<image> p","images":["%s"],"answer":"yes","split":"%s"}
            """;

    @TempDir
    private Path folder;

    private Path data;
    private Path secret;

    @BeforeEach
    void makeLinks() throws IOException {
        data = Files.createDirectories(folder.resolve("data/images"));
        secret = Files.writeString(folder.resolve("credentials"), "aws_secret_access_key = 0123");
        Files.write(data.resolve("a.png"), new byte[] {1});
        Files.createSymbolicLink(data.resolve("x.png"), secret);
        Files.createSymbolicLink(data.resolve("within.png"), Path.of("a.png"));
        Files.createSymbolicLink(data.resolve("up"), folder);
    }

    @Test
    void shouldRefuseALinkThatLeadsOutOfTheFolder() {
        final PictureFolder pictures = new PictureFolder(data);
        for (final String name : new String[] {"x.png", "up/credentials"}) {
            assertThatThrownBy(() -> pictures.check(name))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("is a link out of " + data)
                    .hasMessageContaining("copy the file");
            assertThatThrownBy(() -> pictures.read(name)).hasMessageContaining("is a link out of");
        }
        assertThatThrownBy(() -> pictures.check("absent.png")).hasMessage("is not there");
    }

    @Test
    void shouldReadALinkWithinTheFolderAndAFolderThatIsALinkItself() throws IOException {
        assertThat(new PictureFolder(data).read("within.png")).containsExactly(1);
        final Path link = Files.createSymbolicLink(folder.resolve("link"), data);
        assertThat(new PictureFolder(link).read("a.png")).containsExactly(1);
    }

    @Test
    void shouldNotReadASecretThroughALineOfADataFile() throws IOException {
        final Path file = Files.writeString(
                data.resolve("data.jsonl"), LINE.formatted("a.png", "train") + LINE.formatted("x.png", "test"));
        assertThatThrownBy(() -> JsonlData.read(file))
                .isInstanceOf(DataException.class)
                .hasMessageContaining("data.jsonl:2 names the image x.png, which is a link out of");
    }

    @Test
    void shouldNotCopyASecretIntoAPreparedFolder() throws IOException {
        final Path rows = Files.writeString(
                folder.resolve("rows.jsonl"),
                "{\"problem\": \"<image> p\", \"answer\": \"yes\", \"images\": [\"x.png\"]}\n");
        final Path out = folder.resolve("out");
        try (PreparedFolder prepared = new PreparedFolder(out, data, picture -> "png")) {
            final Preparation.Options options = new Preparation.Options(Map.of(Split.TRAIN, rows), null, null, "t", 1);
            assertThatThrownBy(() -> Preparation.prepare("easyr1", options, prepared))
                    .isInstanceOf(DataException.class)
                    .hasMessageContaining("names the picture x.png, which is a link out of");
        }
        assertThat(out.resolve("images")).isEmptyDirectory();
    }
}

package org.mtrljudge.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCheckCommandTest {
    private static final String LINE = """
            {"task":"t","prompt":"%s","images":[%s],"answer":"yes","split":"%s"}
            """;

    @TempDir
    private Path folder;

    private int exitCode;

    private String check(final String... lines) throws IOException {
        final Path file = Files.writeString(folder.resolve("data.jsonl"), String.join("", lines));
        final PrintStream before = System.out;
        final ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setOut(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            exitCode = Judge.execute("data", "check", file.toString());
        } finally {
            System.setOut(before);
        }
        return printed.toString(StandardCharsets.UTF_8);
    }

    @Test
    void shouldNamePicturesThatTrainingCouldNotUse() throws IOException {
        final ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "png", png);
        Files.write(folder.resolve("whole.png"), png.toByteArray());
        Files.write(folder.resolve("cut.png"), Arrays.copyOf(png.toByteArray(), png.size() / 2));
        Files.writeString(folder.resolve("other.pdf"), "%PDF-1.7 no picture");
        final String good = LINE.formatted("<image>", "\"whole.png\"", "test");
        assertThat(check(good, LINE.formatted("is <|im_end|> a word?", "", "train")))
                .doesNotContain("cannot", "refused");
        assertThat(exitCode).isZero();

        final String said = check(
                good,
                LINE.formatted("<image>", "\"cut.png\"", "train"),
                LINE.formatted("<image>", "\"other.pdf\"", "train"));
        assertThat(exitCode).isEqualTo(1);
        assertThat(said)
                .contains("2 examples cannot be read; training counts them as dead:")
                .containsPattern("line-2 cannot be decoded")
                .containsPattern("line-3 is not a PNG, JPEG, WebP, GIF or BMP picture");
    }
}

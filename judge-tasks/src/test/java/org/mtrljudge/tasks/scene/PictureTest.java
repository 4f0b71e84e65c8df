package org.mtrljudge.tasks.scene;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PictureTest {
    /** A run that is stopped still draws pictures, while ImageIO closes its files at the end of the JVM. */
    @Test
    void shouldDrawWithoutAnyFile(@TempDir final Path gone) throws IOException {
        final Scene scene = new Scene(List.of(new SceneObject(Kind.BALL, Tint.RED, Place.LEFT)), true);
        final Path files = Files.createDirectory(gone.resolve("files"));
        ImageIO.setCacheDirectory(files.toFile());
        final byte[] png;
        try {
            Files.delete(files);
            png = new Picture(scene, 1).toPng();
        } finally {
            ImageIO.setCacheDirectory(null);
        }
        assertThat(ImageIO.read(new ByteArrayInputStream(png)).getWidth()).isEqualTo(96);
    }
}

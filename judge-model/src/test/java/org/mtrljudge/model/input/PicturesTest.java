package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Pictures of all kinds, decoded and resized as Pillow and torchvision do; {@code make_pictures.py} made them and what is expected. */
class PicturesTest {
    private static final Path FOLDER = Path.of("src/test/resources/pictures");
    private static final String EXPECTED = ".expected.png";
    private static final ImageProcessor PROCESSOR = new ImageProcessor(4 * 32 * 32, 16 * 32 * 32, 16, 2, 2);

    static List<String> pictures() throws IOException {
        try (Stream<Path> files = Files.list(FOLDER)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(EXPECTED))
                    .sorted()
                    .toList();
        }
    }

    /** JPEG and WebP decoders may round differently; everything else is exact. */
    private static int allowed(final String name) {
        return name.endsWith(".jpg") || name.endsWith(".webp") ? 2 : 0;
    }

    @ParameterizedTest
    @MethodSource("pictures")
    void shouldSeeWhatTheReferenceSees(final String name) throws IOException {
        final byte[] encoded = Files.readAllBytes(FOLDER.resolve(name));
        final var expected = ImageIO.read(FOLDER.resolve(name + EXPECTED).toFile());
        final int height = expected.getHeight();
        final int width = expected.getWidth();
        final Picture picture = Picture.decode(encoded, name);
        assertThat(PROCESSOR.smartResize(picture.height(), picture.width(), name))
                .containsExactly(height, width);
        final byte[][] planes = Bicubic.resize(picture, height, width);
        int farthest = 0;
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                for (int c = 0; c < 3; c++) {
                    final int theirs = expected.getRGB(x, y) >> (16 - 8 * c) & 0xff;
                    farthest = Math.max(farthest, Math.abs((planes[c][y * width + x] & 0xff) - theirs));
                }
            }
        }
        assertThat(farthest).as(name).isLessThanOrEqualTo(allowed(name));
        final ImagePatches measured = PROCESSOR.measure(encoded, name);
        assertThat(measured.gridHeight()).isEqualTo(height / 16);
        assertThat(measured.gridWidth()).isEqualTo(width / 16);
    }

    @Test
    void shouldHaveSixtyPictures() throws IOException {
        assertThat(pictures()).hasSize(60);
    }
}

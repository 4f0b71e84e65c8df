package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;
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

    /** A chunk of text of 1.2 GB in a file of 1.2 MB, as large as the heap of the tests. */
    @Test
    void shouldNotUnpackTextsOfAPicture() throws IOException {
        final byte[] picture = Files.readAllBytes(FOLDER.resolve("turn-6.png"));
        final ByteArrayOutputStream packed = new ByteArrayOutputStream();
        packed.write(new byte[] {'k', 0, 0});
        try (DeflaterOutputStream zeros = new DeflaterOutputStream(packed)) {
            final byte[] block = new byte[1 << 20];
            for (int i = 0; i < 1200; i++) {
                zeros.write(block);
            }
        }
        final ByteBuffer chunk = ByteBuffer.allocate(packed.size() + 12).putInt(packed.size());
        chunk.put("zTXt".getBytes(StandardCharsets.US_ASCII)).put(packed.toByteArray());
        final CRC32 crc = new CRC32();
        crc.update(chunk.array(), 4, packed.size() + 4);
        chunk.putInt((int) crc.getValue());
        // behind the signature and the head of 25 bytes
        final ByteBuffer bomb = ByteBuffer.allocate(picture.length + chunk.capacity());
        bomb.put(picture, 0, 33).put(chunk.array()).put(picture, 33, picture.length - 33);
        assertThat(PROCESSOR.process(bomb.array(), "bomb").pixels())
                .isEqualTo(PROCESSOR.process(picture, "plain").pixels());
    }

    @Test
    void shouldRefuseAFirstFrameThatDoesNotFillThePicture() throws IOException {
        final byte[] gif = Files.readAllBytes(FOLDER.resolve("gif.gif"));
        gif[6]++;
        assertThatThrownBy(() -> PROCESSOR.process(gif, "x.gif")).hasMessageContaining("first frame is smaller");
        final byte[] webp = Files.readAllBytes(FOLDER.resolve("webp-animated.webp"));
        webp[24]++;
        assertThatThrownBy(() -> PROCESSOR.process(webp, "x.webp")).hasMessageContaining("first frame is smaller");
    }

    /** What a server is sent: it may know nothing of turns and transparency. */
    @ParameterizedTest
    @MethodSource("pictures")
    void shouldShowOtherProgramsTheSame(final String name) throws IOException {
        final byte[] encoded = Files.readAllBytes(FOLDER.resolve(name));
        final byte[] plain = ImageProcessor.plain(encoded, name);
        assertThat(PROCESSOR.process(plain, name).pixels())
                .isEqualTo(PROCESSOR.process(encoded, name).pixels());
        assertThat(Orientation.of(plain)).isEqualTo(1);
        assertThat(plain == encoded).isEqualTo(name.endsWith(".jpg") && !name.matches(".*(cmyk|turn-[2-8]).*"));
    }

    @Test
    void shouldHaveSixtyPictures() throws IOException {
        assertThat(pictures()).hasSize(60);
    }
}

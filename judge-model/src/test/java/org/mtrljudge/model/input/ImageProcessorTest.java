package org.mtrljudge.model.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelException;

class ImageProcessorTest {
    /** The published bounds of Qwen3-VL. */
    private final ImageProcessor published = new ImageProcessor(65_536, 16_777_216, 16, 2, 2);

    private static byte[] png(final BufferedImage image) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    @ParameterizedTest
    @CsvSource({"224,224,256,256,64", "480,640,480,640,300", "1080,1920,1088,1920,2040", "48,48,256,256,64"})
    void shouldResizeAsPublished(final int h, final int w, final int height, final int width, final int tokens) {
        final int[] target = published.smartResize(h, w, "test");
        assertThat(target).containsExactly(height, width);
        assertThat(target[0] * target[1] / 1024).isEqualTo(tokens);
    }

    @Test
    void shouldOrderPatchesByMergeBlocks() throws IOException {
        final BufferedImage image = new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < 64; y++) {
            for (int x = 0; x < 64; x++) {
                // red: the number of the patch; green and blue: column and row in the patch
                image.setRGB(x, y, (y / 16 * 4 + x / 16) << 16 | x % 16 << 8 | y % 16);
            }
        }
        final ImagePatches patches = new ImageProcessor(1024, 1 << 20, 16, 2, 2).process(png(image), "test");
        assertThat(patches.gridHeight()).isEqualTo(4);
        assertThat(patches.tokens()).isEqualTo(4);
        final int length = 3 * 256;
        final int[] expectedPatch = {0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15};
        for (int p = 0; p < 16; p++) {
            final byte[] row = Arrays.copyOfRange(patches.pixels(), p * length, (p + 1) * length);
            assertThat(row[0]).isEqualTo((byte) expectedPatch[p]);
            assertThat(row[256 + 3 * 16 + 7]).as("green at row 3, column 7").isEqualTo((byte) 7);
            assertThat(row[512 + 3 * 16 + 7]).as("blue at row 3, column 7").isEqualTo((byte) 3);
        }
    }

    @Test
    void shouldKeepAFlatPictureFlatWhenResizing() throws IOException {
        final BufferedImage image = new BufferedImage(50, 37, BufferedImage.TYPE_INT_RGB);
        image.createGraphics().fillRect(0, 0, 50, 37);
        final ImagePatches patches = published.process(png(image), "test");
        for (final byte value : patches.pixels()) {
            assertThat(value & 0xff).isEqualTo(255);
        }
    }

    /** A full disk is no damage of a picture, and at the end of the JVM ImageIO closes its files under whoever still reads. */
    @Test
    void shouldReadAPictureWithoutAnyFile(@TempDir final Path gone) throws IOException {
        final byte[] picture = png(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB));
        final Path files = Files.createDirectory(gone.resolve("files"));
        ImageIO.setCacheDirectory(files.toFile());
        try {
            Files.delete(files);
            assertThat(published.process(picture, "test").pixels()).isNotEmpty();
        } finally {
            ImageIO.setCacheDirectory(null);
        }
    }

    @Test
    void shouldRefuseBytesThatAreNotAPicture() throws IOException {
        assertThatThrownBy(() -> published.process(new byte[] {1, 2, 3}, "x.png"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("image x.png is not a PNG");
        final byte[] good = png(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB));
        assertThatThrownBy(() -> published.process(Arrays.copyOf(good, good.length / 2), "x.png"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("x.png cannot be decoded");
    }

    @Test
    void shouldRefuseTooLargePicturesBeforeDecoding() throws IOException {
        final byte[] bomb = png(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB));
        // width and height in the header
        ByteBuffer.wrap(bomb).putInt(16, 100_000).putInt(20, 100_000);
        final CRC32 crc = new CRC32();
        crc.update(bomb, 12, 17);
        ByteBuffer.wrap(bomb).putInt(29, (int) crc.getValue());
        assertThatThrownBy(() -> published.process(bomb, "bomb.png"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("bomb.png is 100000×100000 pixels");
        final byte[] thin = png(new BufferedImage(900, 3, BufferedImage.TYPE_INT_RGB));
        assertThatThrownBy(() -> published.process(thin, "thin.png"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("thin.png is 900×3: one side is more than 200 times the other");
    }

    @Test
    void shouldGiveTextThreeEqualPositionsAndImagesAGrid() {
        final JudgeFolder folder = JudgeFolder.preset(JudgeFolder.JUDGE_TINY);
        try (JudgeTokenizer tokenizer = new JudgeTokenizer(folder.tokenizerJson())) {
            final PromptEncoder encoder = folder.promptEncoder(tokenizer);
            // a merged grid of 2 × 3
            final ImagePatches wide = new ImagePatches(4, 6, () -> new byte[0]);
            final EncodedPrompt prompt = encoder.encode(null, "<image>no", List.of(wide));
            final int first = indexOf(prompt.ids(), 5);
            assertThat(prompt.positions()[0]).startsWith(0, 1, 2);
            assertThat(Arrays.copyOfRange(prompt.positions()[0], first, first + 7))
                    .containsExactly(first, first, first, first, first, first, first + 3);
            assertThat(Arrays.copyOfRange(prompt.positions()[1], first, first + 6))
                    .containsExactly(first, first, first, first + 1, first + 1, first + 1);
            assertThat(Arrays.copyOfRange(prompt.positions()[2], first, first + 6))
                    .containsExactly(first, first + 1, first + 2, first, first + 1, first + 2);
            assertThat(prompt.nextPosition()).isEqualTo(prompt.length() - 6 + 3);
            assertThatThrownBy(() -> encoder.encode(null, "no placeholder", List.of(wide)))
                    .hasMessageContaining("0 <image> placeholders and 1 images");
        }
    }

    private static int indexOf(final int[] ids, final int id) {
        for (int i = 0; i < ids.length; i++) {
            if (ids[i] == id) {
                return i;
            }
        }
        return -1;
    }

    @ParameterizedTest
    @CsvSource({
        "0, 9216, 16, 2, 2, size.shortest_edge is 0",
        "9216, 4096, 16, 2, 2, the second not smaller than the first",
        "9216, 2000000000, 16, 2, 2, they must be from 1 to 40000000",
        "9216, 36864, 0, 2, 2, patch_size is 0",
        "9216, 36864, 16, 0, 2, temporal_patch_size is 0",
        "9216, 36864, 16, 2, 3, merge_size is 3"
    })
    void shouldRefuseSizesThatNoPictureCanHave(
            final long min, final long max, final int patch, final int frames, final int merge, final String why) {
        assertThatThrownBy(() -> new ImageProcessor(min, max, patch, frames, merge))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining(why);
    }

    @Test
    void shouldRefuseFormatsThatOnlyJavaReads() throws IOException {
        final ByteArrayOutputStream tiff = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(64, 64, BufferedImage.TYPE_INT_RGB), "tiff", tiff);
        assertThatThrownBy(() -> published.process(tiff.toByteArray(), "x.tiff"))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("image x.tiff is not a PNG, JPEG, WebP, GIF or BMP picture");
    }
}

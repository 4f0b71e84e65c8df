package org.mtrljudge.it.fuzz;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.input.ImagePatches;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.Sha256;

/** Whatever a record or a data set calls a picture, it is read or refused with a reason. */
class PictureFuzzTest {
    private static final ImageProcessor PROCESSOR = new ImageProcessor(4096, 65_536, 16, 2, 2);

    @TempDir
    static Path root;

    static byte[] flat(final int width, final int height) throws IOException {
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB), "png", out);
        return out.toByteArray();
    }

    @FuzzTest(maxDuration = "")
    void shouldDecodePictures(final byte[] bytes) {
        // a large picture takes seconds, in which the fuzzer learns nothing: the seeds have some
        if (System.getenv("JAZZER_FUZZ") != null && isLarge(bytes)) {
            return;
        }
        try {
            final ImagePatches patches = PROCESSOR.process(bytes, "fuzzed");
            assertThat(patches.tokens()).isBetween(1, 1000);
            assertThat(patches.pixels()).hasSize(patches.patches() * 3 * 16 * 16);
        } catch (final ModelException e) {
            assertThat(e.getMessage()).startsWith("image fuzzed ");
        }
    }

    private static boolean isLarge(final byte[] bytes) {
        try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(bytes))) {
            final ImageReader reader = ImageIO.getImageReaders(in).next();
            reader.setInput(in, true, true);
            final long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
            return pixels > 1_000_000 && pixels <= ImageProcessor.MAX_DECODED_PIXELS;
        } catch (final IOException | RuntimeException e) {
            return false;
        }
    }

    @FuzzTest(maxDuration = "")
    void shouldReadOnlyPicturesUnderTheRoot(final byte[] bytes) throws IOException {
        Files.write(root.resolve("a.png"), new byte[] {1});
        final String path = new String(bytes, StandardCharsets.UTF_8);
        try {
            final byte[] read =
                    new ImageStore(root).read(new ImageRef(Sha256.of(ByteBuffer.wrap(new byte[] {1})), path, null));
            assertThat(read).containsExactly(1);
        } catch (final IllegalArgumentException e) {
            assertThat(e.getMessage()).startsWith("image ");
        }
    }
}

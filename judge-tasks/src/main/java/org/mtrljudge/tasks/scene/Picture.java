package org.mtrljudge.tasks.scene;

import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Random;
import javax.imageio.ImageIO;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;

/**
 * A scene and the way in which it is drawn.
 *
 * @param severity the strength of the distortion: 1 is mild, 3 is strong, a blur may be 4; ignored without a distortion
 * @param seed the seed of all details without meaning: sizes, offsets, shades, grain
 */
public record Picture(Scene scene, Distortion distortion, int severity, long seed) {

    /** An undistorted picture. */
    public Picture(final Scene scene, final long seed) {
        this(scene, Distortion.NONE, 1, seed);
    }

    /** The picture as PNG bytes, 96 × 96; equal pictures give equal bytes. */
    public byte[] toPng() {
        final Random random = new Random(seed);
        final BufferedImage image =
                Spoiler.spoil(new SceneRenderer(random).render(scene), distortion, severity, random);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        // the stream that ImageIO would choose writes a file
        try (ImageOutputStream memory = new MemoryCacheImageOutputStream(out)) {
            ImageIO.write(image, "png", memory);
        } catch (final IOException e) {
            throw new UncheckedIOException("writing a PNG to memory failed", e);
        }
        return out.toByteArray();
    }
}

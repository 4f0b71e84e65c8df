package org.mtrljudge.model.input;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.metadata.adobe.AdobeJpegDirectory;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import javax.imageio.ImageReader;
import org.jspecify.annotations.Nullable;

/**
 * The pixels of a JPEG in the four colours of print, without their colour profile, as Pillow reads them.
 *
 * @param inverted whether 255 is no ink, as programs of Adobe write it
 * @param ycck whether the first three are brightness and colour differences
 */
record Cmyk(Raster raster, boolean inverted, boolean ycck) {
    private static final int COLOURS = 4;
    private static final int YCCK = 2;

    static boolean isIn(final ImageReader reader) throws IOException {
        final var raw = reader.canReadRaster() ? reader.getRawImageType(0) : null;
        return raw != null && raw.getNumBands() == COLOURS;
    }

    static Cmyk read(final ImageReader reader, final byte[] encoded) throws IOException {
        final Integer transform = transform(encoded);
        return new Cmyk(reader.readRaster(0, null), transform != null, transform != null && transform == YCCK);
    }

    /** What Adobe's marker says of the colours; null where there is no such marker. */
    private static @Nullable Integer transform(final byte[] encoded) throws IOException {
        try {
            final AdobeJpegDirectory adobe = JpegMetadataReader.readMetadata(new ByteArrayInputStream(encoded))
                    .getFirstDirectoryOfType(AdobeJpegDirectory.class);
            return adobe == null ? null : adobe.getInteger(AdobeJpegDirectory.TAG_COLOR_TRANSFORM);
        } catch (final ImageProcessingException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /** Reads a rectangle row by row as opaque 0xAARRGGBB: every ink takes from white, and black from what is left. */
    void read(final int x, final int y, final int width, final int height, final int[] argb) {
        final int[] stored = raster.getPixels(x, y, width, height, (int[]) null);
        for (int i = 0; i < width * height; i++) {
            argb[i] = argb(stored, i * COLOURS);
        }
    }

    private int argb(final int[] stored, final int at) {
        if (ycck) {
            toColours(stored, at);
        }
        final int black = stored[at + 3];
        final int light = inverted ? black : 255 - black;
        int argb = 255;
        for (int c = at; c < at + 3; c++) {
            final int ink = inverted ? 255 - stored[c] : stored[c];
            argb = argb << 8 | light - divided(ink * light);
        }
        return argb;
    }

    /** The inverse of JPEG's YCbCr. */
    private static void toColours(final int[] stored, final int at) {
        final double y = stored[at];
        final double blue = stored[at + 1] - 128.0;
        final double red = stored[at + 2] - 128.0;
        stored[at] = clamped(y + 1.402 * red);
        stored[at + 1] = clamped(y - 0.344136 * blue - 0.714136 * red);
        stored[at + 2] = clamped(y + 1.772 * blue);
    }

    private static int clamped(final double value) {
        return (int) Math.max(0, Math.min(255, Math.rint(value)));
    }

    /** A product of two values of 0..255, divided by 255 and rounded. */
    private static int divided(final int product) {
        return (product + 127) / 255;
    }
}

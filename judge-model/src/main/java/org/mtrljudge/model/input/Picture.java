package org.mtrljudge.model.input;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Iterator;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.ImageOutputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import javax.imageio.stream.MemoryCacheImageOutputStream;
import org.mtrljudge.model.config.ModelException;

/**
 * A decoded picture as a judge sees it, which is what Pillow makes of it: the first frame, upright as its EXIF orientation says, 8 bits of
 * red, green and blue without colour management, on white where it is transparent.
 */
final class Picture implements Bicubic.Rows {
    /** Larger pictures are refused before they are decoded, so that a small file cannot fill the memory. */
    static final long MAX_DECODED_PIXELS = 40_000_000;

    /** The formats that every judge reads. Java may have readers of more formats, whose files other programs would not read. */
    private static final Set<String> FORMATS = Set.of("png", "jpeg", "gif", "bmp", "webp");

    /** From this orientation on, rows and columns are exchanged. */
    private static final int FIRST_TURNED = 5;

    private final Samples samples;
    private final int width;
    private final int height;
    private final int orientation;

    /** The pixels as they are stored, before they are turned. */
    private interface Samples {
        /** The pixel as 0xAARRGGBB. */
        int argb(int x, int y);
    }

    /** The size of a picture in pixels, when it stands upright. */
    record Size(int width, int height) {}

    private Picture(final Samples samples, final int width, final int height, final int orientation) {
        this.samples = samples;
        this.width = width;
        this.height = height;
        this.orientation = orientation;
    }

    /**
     * @param name names the picture in error messages
     * @throws ModelException when the picture cannot be decoded or is too large
     */
    static Picture decode(final byte[] encoded, final String name) {
        final int orientation = Orientation.of(encoded);
        return read(encoded, name, reader -> {
            final String format = reader.getFormatName().toLowerCase(Locale.ROOT);
            if (format.equals("jpeg") && Cmyk.isIn(reader)) {
                final Cmyk pixels = Cmyk.read(reader, encoded);
                return new Picture(
                        pixels::argb,
                        pixels.raster().getWidth(),
                        pixels.raster().getHeight(),
                        orientation);
            }
            if (format.equals("gif")) {
                FirstFrame.checkFills(encoded, reader.getWidth(0), reader.getHeight(0));
            }
            final BufferedImage image = reader.read(0);
            return new Picture(samples(image), image.getWidth(), image.getHeight(), orientation);
        });
    }

    /**
     * Reads the head of a picture alone.
     *
     * @throws ModelException when it has none
     */
    static Size size(final byte[] encoded, final String name) {
        final boolean turned = Orientation.of(encoded) >= FIRST_TURNED;
        return read(
                encoded,
                name,
                reader -> turned
                        ? new Size(reader.getHeight(0), reader.getWidth(0))
                        : new Size(reader.getWidth(0), reader.getHeight(0)));
    }

    /** The format of a picture that can be decoded. */
    static String formatOf(final byte[] encoded, final String name) {
        decode(encoded, name);
        return read(encoded, name, reader -> reader.getFormatName().toLowerCase(Locale.ROOT));
    }

    /** See {@link ImageProcessor#plain}. */
    static byte[] plain(final byte[] encoded, final String name) {
        final boolean upright = Orientation.of(encoded) == 1;
        final boolean asItIs = upright
                && read(encoded, name, reader -> reader.getFormatName().equalsIgnoreCase("jpeg") && !Cmyk.isIn(reader));
        return asItIs ? encoded : decode(encoded, name).png();
    }

    private byte[] png() {
        final BufferedImage image = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
        final int[][] row = new int[3][width()];
        for (int y = 0; y < height(); y++) {
            read(y, row);
            for (int x = 0; x < width(); x++) {
                image.setRGB(x, y, row[0][x] << 16 | row[1][x] << 8 | row[2][x]);
            }
        }
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ImageOutputStream out = new MemoryCacheImageOutputStream(bytes)) {
            ImageIO.write(image, "png", out);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        return bytes.toByteArray();
    }

    /** Takes something from an open picture whose size was checked. */
    private interface Reading<T> {
        T of(ImageReader reader) throws IOException;
    }

    private static <T> T read(final byte[] encoded, final String name, final Reading<T> reading) {
        try (ImageInputStream in = open(encoded)) {
            final ImageReader reader = reader(in, name);
            try {
                reader.setInput(in, true, true);
                final long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MAX_DECODED_PIXELS) {
                    throw new ModelException("image " + name + " is " + reader.getWidth(0) + "×" + reader.getHeight(0)
                            + " pixels; at most " + MAX_DECODED_PIXELS + " are decoded: scale it down");
                }
                return reading.of(reader);
            } finally {
                reader.dispose();
            }
        } catch (final IOException | RuntimeException e) {
            if (e instanceof ModelException own) {
                throw own;
            }
            throw new ModelException("image " + name + " cannot be decoded (" + e.getMessage() + "): it is damaged", e);
        }
    }

    private static ImageInputStream open(final byte[] encoded) {
        // the stream that ImageIO would choose writes a file
        return new MemoryCacheImageInputStream(new ByteArrayInputStream(FirstFrame.ofWebp(encoded)));
    }

    private static ImageReader reader(final ImageInputStream in, final String name) throws IOException {
        for (final Iterator<ImageReader> readers = ImageIO.getImageReaders(in); readers.hasNext(); ) {
            final ImageReader reader = readers.next();
            if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                return reader;
            }
        }
        throw new ModelException("image " + name + " is not a PNG, JPEG, WebP, GIF or BMP picture: convert it");
    }

    private static Samples samples(final BufferedImage image) {
        final Raster raster = image.getRaster();
        final int bands = raster.getNumBands();
        if (image.getColorModel() instanceof IndexColorModel || bands > 4) {
            return image::getRGB;
        }
        // a colour model would convert colours, as Pillow does not
        final int[] bits = raster.getSampleModel().getSampleSize();
        final boolean grey = bands < 3;
        final int alpha = bands == 2 ? 1 : bands == 4 ? 3 : -1;
        return (x, y) -> {
            final int red = eight(raster.getSample(x, y, 0), bits[0]);
            final int green = grey ? red : eight(raster.getSample(x, y, 1), bits[1]);
            final int blue = grey ? red : eight(raster.getSample(x, y, 2), bits[2]);
            final int opacity = alpha < 0 ? 255 : eight(raster.getSample(x, y, alpha), bits[alpha]);
            return opacity << 24 | red << 16 | green << 8 | blue;
        };
    }

    /** A sample of another number of bits as one of 8. */
    private static int eight(final int sample, final int bits) {
        return bits == 8 ? sample : bits > 8 ? sample >>> (bits - 8) : sample * 255 / ((1 << bits) - 1);
    }

    @Override
    public int width() {
        return orientation >= FIRST_TURNED ? height : width;
    }

    @Override
    public int height() {
        return orientation >= FIRST_TURNED ? width : height;
    }

    @Override
    public void read(final int y, final int[][] rgb) {
        for (int x = 0; x < width(); x++) {
            final int argb = upright(x, y);
            final int alpha = argb >>> 24;
            for (int c = 0; c < 3; c++) {
                final int value = argb >> (16 - 8 * c) & 0xff;
                rgb[c][x] = alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
            }
        }
    }

    /** The pixel at this place of the upright picture. */
    private int upright(final int x, final int y) {
        final int right = width - 1;
        final int bottom = height - 1;
        return switch (orientation) {
            case 2 -> samples.argb(right - x, y);
            case 3 -> samples.argb(right - x, bottom - y);
            case 4 -> samples.argb(x, bottom - y);
            case 5 -> samples.argb(y, x);
            case 6 -> samples.argb(y, bottom - x);
            case 7 -> samples.argb(right - y, bottom - x);
            case 8 -> samples.argb(right - y, x);
            default -> samples.argb(x, y);
        };
    }
}

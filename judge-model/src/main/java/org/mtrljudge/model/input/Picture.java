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
        /** Reads a rectangle row by row, each pixel as 0xAARRGGBB. */
        void read(int x, int y, int width, int height, int[] argb);
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
                        pixels::read,
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
            return (x, y, width, height, argb) -> image.getRGB(x, y, width, height, argb, 0, width);
        }
        // a colour model would convert colours, as Pillow does not
        final int[] bits = raster.getSampleModel().getSampleSize();
        final boolean grey = bands < 3;
        final int alpha = bands == 2 ? 1 : bands == 4 ? 3 : -1;
        return (x, y, width, height, argb) -> {
            final int[] stored = raster.getPixels(x, y, width, height, (int[]) null);
            for (int i = 0; i < width * height; i++) {
                final int at = i * bands;
                final int red = eight(stored[at], bits[0]);
                final int green = grey ? red : eight(stored[at + 1], bits[1]);
                final int blue = grey ? red : eight(stored[at + 2], bits[2]);
                final int opacity = alpha < 0 ? 255 : eight(stored[at + alpha], bits[alpha]);
                argb[i] = opacity << 24 | red << 16 | green << 8 | blue;
            }
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
        final int[] line = new int[width()];
        final boolean backwards = upright(y, line);
        for (int x = 0; x < line.length; x++) {
            final int argb = line[backwards ? line.length - 1 - x : x];
            final int alpha = argb >>> 24;
            for (int c = 0; c < 3; c++) {
                final int value = argb >> (16 - 8 * c) & 0xff;
                rgb[c][x] = alpha == 255 ? value : (value * alpha + 255 * (255 - alpha) + 127) / 255;
            }
        }
    }

    /** Reads a row of the upright picture, which is stored as a row or as a column. Returns whether it is stored backwards. */
    private boolean upright(final int y, final int[] line) {
        final int right = width - 1;
        final int bottom = height - 1;
        switch (orientation) {
            case 3, 4 -> samples.read(0, bottom - y, width, 1, line);
            case 5, 6 -> samples.read(y, 0, 1, height, line);
            case 7, 8 -> samples.read(right - y, 0, 1, height, line);
            default -> samples.read(0, y, width, 1, line);
        }
        return orientation == 2 || orientation == 3 || orientation == 6 || orientation == 7;
    }
}

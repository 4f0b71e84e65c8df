package org.mtrljudge.model.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import javax.imageio.stream.MemoryCacheImageInputStream;
import org.mtrljudge.model.config.ModelException;

/**
 * Converts an encoded picture into patches as Qwen2VLImageProcessor does: bicubic resizing to multiples of 32 (smart resize), values
 * x/127.5 − 1, patches ordered by merge blocks, the frame repeated on the temporal axis.
 *
 * @param minPixels the smallest area after resizing, in pixels ({@code size.shortest_edge})
 * @param maxPixels the largest area after resizing, in pixels ({@code size.longest_edge})
 */
public record ImageProcessor(long minPixels, long maxPixels, int patchSize, int temporalPatchSize, int mergeSize) {
    /** Larger pictures are refused before they are decoded, so that a small file cannot fill the memory. */
    public static final long MAX_DECODED_PIXELS = 40_000_000;

    private static final int MAX_ASPECT_RATIO = 200;
    private static final int MAX_PATCH_SIZE = 128;
    private static final int MAX_FRAMES = 8;
    /** The formats that every judge reads. Java has readers of more formats, whose files other programs would not read. */
    private static final Set<String> FORMATS = Set.of("png", "jpeg", "gif", "bmp");

    public ImageProcessor {
        if (minPixels < 1 || maxPixels < minPixels || maxPixels > MAX_DECODED_PIXELS) {
            throw new ModelException("preprocessor_config.json: size.shortest_edge is " + minPixels
                    + " and size.longest_edge is " + maxPixels + "; they must be from 1 to " + MAX_DECODED_PIXELS
                    + ", the second not smaller than the first");
        }
        if (patchSize < 1 || patchSize > MAX_PATCH_SIZE || temporalPatchSize < 1 || temporalPatchSize > MAX_FRAMES) {
            throw new ModelException("preprocessor_config.json: patch_size is " + patchSize
                    + " and temporal_patch_size is " + temporalPatchSize + "; they must be from 1 to " + MAX_PATCH_SIZE
                    + " and from 1 to " + MAX_FRAMES);
        }
        if (mergeSize != 2) {
            throw new ModelException("preprocessor_config.json: merge_size is " + mergeSize + "; only 2 is supported");
        }
    }

    /**
     * Reads a published {@code preprocessor_config.json}.
     *
     * @throws ModelException when it lacks the sizes or asks for a normalisation that is not supported
     */
    public static ImageProcessor of(final JsonNode config) {
        final JsonNode size = config.path("size");
        if (!size.has("shortest_edge") || !size.has("longest_edge")) {
            throw new ModelException("preprocessor_config.json: size.shortest_edge and size.longest_edge are needed");
        }
        for (final String key : List.of("image_mean", "image_std")) {
            for (final JsonNode value : config.path(key)) {
                if (value.asDouble() != 0.5) {
                    throw new ModelException("preprocessor_config.json: '" + key + "' is " + config.path(key)
                            + ", only 0.5 is supported");
                }
            }
        }
        return new ImageProcessor(
                size.get("shortest_edge").asLong(),
                size.get("longest_edge").asLong(),
                config.path("patch_size").asInt(16),
                config.path("temporal_patch_size").asInt(2),
                config.path("merge_size").asInt(2));
    }

    /**
     * Decodes a picture and cuts it into patches.
     *
     * @param encoded the bytes of a PNG, JPEG, GIF or BMP file
     * @param name names the picture in error messages
     * @throws ModelException when the picture cannot be decoded, is too large, or one side is too long for the other
     */
    public ImagePatches process(final byte[] encoded, final String name) {
        return patches(decode(encoded, name), name);
    }

    private static BufferedImage decode(final byte[] encoded, final String name) {
        // the stream that ImageIO would choose writes a file
        try (ImageInputStream in = new MemoryCacheImageInputStream(new ByteArrayInputStream(encoded))) {
            final ImageReader reader = reader(in, name);
            try {
                reader.setInput(in, true, true);
                final long pixels = (long) reader.getWidth(0) * reader.getHeight(0);
                if (pixels > MAX_DECODED_PIXELS) {
                    throw new ModelException("image " + name + " is " + reader.getWidth(0) + "×" + reader.getHeight(0)
                            + " pixels; at most " + MAX_DECODED_PIXELS + " are decoded: scale it down");
                }
                return reader.read(0);
            } finally {
                reader.dispose();
            }
        } catch (final IOException | RuntimeException e) {
            if (e instanceof ModelException) {
                throw (ModelException) e;
            }
            throw new ModelException("image " + name + " cannot be decoded (" + e.getMessage() + "): it is damaged", e);
        }
    }

    private static ImageReader reader(final ImageInputStream in, final String name) throws IOException {
        for (final Iterator<ImageReader> readers = ImageIO.getImageReaders(in); readers.hasNext(); ) {
            final ImageReader reader = readers.next();
            if (FORMATS.contains(reader.getFormatName().toLowerCase(Locale.ROOT))) {
                return reader;
            }
        }
        throw new ModelException("image " + name + " is not a PNG, JPEG, GIF or BMP picture: convert it");
    }

    private ImagePatches patches(final BufferedImage image, final String name) {
        final int[] target = smartResize(image.getHeight(), image.getWidth(), name);
        final int height = target[0];
        final int width = target[1];
        final float[][] planes = Bicubic.resize(image, height, width);
        final int gridHeight = height / patchSize;
        final int gridWidth = width / patchSize;
        final float[] pixels = new float[gridHeight * gridWidth * 3 * temporalPatchSize * patchSize * patchSize];
        int at = 0;
        for (int blockRow = 0; blockRow < gridHeight; blockRow += mergeSize) {
            for (int blockColumn = 0; blockColumn < gridWidth; blockColumn += mergeSize) {
                for (int inner = 0; inner < mergeSize * mergeSize; inner++) {
                    final int top = (blockRow + inner / mergeSize) * patchSize;
                    final int left = (blockColumn + inner % mergeSize) * patchSize;
                    at = copyPatch(planes, width, top, left, pixels, at);
                }
            }
        }
        return new ImagePatches(pixels, gridHeight, gridWidth);
    }

    /** Writes one row of the result, ordered by channel, frame, row and column. Returns the index behind it. */
    private int copyPatch(
            final float[][] planes, final int width, final int top, final int left, final float[] out, final int from) {
        int at = from;
        for (final float[] plane : planes) {
            for (int frame = 0; frame < temporalPatchSize; frame++) {
                for (int y = top; y < top + patchSize; y++) {
                    for (int x = left; x < left + patchSize; x++) {
                        out[at++] = plane[y * width + x] / 127.5f - 1f;
                    }
                }
            }
        }
        return at;
    }

    /** The published smart_resize. Returns {height, width} as multiples of patch · merge within the bounds of the area. */
    int[] smartResize(final int height, final int width, final String name) {
        if (Math.max(height, width) > (long) MAX_ASPECT_RATIO * Math.min(height, width)) {
            throw new ModelException("image " + name + " is " + width + "×" + height + ": one side is more than "
                    + MAX_ASPECT_RATIO + " times the other");
        }
        final int factor = patchSize * mergeSize;
        long h = Math.max(factor, (long) Math.rint((double) height / factor) * factor);
        long w = Math.max(factor, (long) Math.rint((double) width / factor) * factor);
        final double area = (double) height * width;
        if (h * w > maxPixels) {
            final double beta = Math.sqrt(area / maxPixels);
            h = Math.max(factor, (long) Math.floor(height / beta / factor) * factor);
            w = Math.max(factor, (long) Math.floor(width / beta / factor) * factor);
        } else if (h * w < minPixels) {
            final double beta = Math.sqrt(minPixels / area);
            h = (long) Math.ceil(height * beta / factor) * factor;
            w = (long) Math.ceil(width * beta / factor) * factor;
        }
        return new int[] {Math.toIntExact(h), Math.toIntExact(w)};
    }
}

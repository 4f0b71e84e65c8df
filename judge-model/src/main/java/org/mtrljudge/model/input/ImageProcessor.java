package org.mtrljudge.model.input;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import org.mtrljudge.model.config.ModelException;

/**
 * Converts an encoded picture into patches as Qwen2VLImageProcessor does: bicubic resizing to multiples of 32 (smart resize), patches
 * ordered by merge blocks. The values stay bytes of one frame; the vision tower computes x/127.5 − 1 and repeats the frame.
 *
 * @param minPixels the smallest area after resizing, in pixels ({@code size.shortest_edge})
 * @param maxPixels the largest area after resizing, in pixels ({@code size.longest_edge})
 */
public record ImageProcessor(long minPixels, long maxPixels, int patchSize, int temporalPatchSize, int mergeSize) {
    /** Larger pictures are refused before they are decoded, so that a small file cannot fill the memory. */
    public static final long MAX_DECODED_PIXELS = Picture.MAX_DECODED_PIXELS;

    private static final int MAX_ASPECT_RATIO = 200;
    private static final int MAX_PATCH_SIZE = 128;
    private static final int MAX_FRAMES = 8;

    public ImageProcessor {
        if (minPixels < 1 || maxPixels < minPixels || maxPixels > MAX_DECODED_PIXELS) {
            throw new ModelException("preprocessor_config.json: size.shortest_edge is " + minPixels
                    + " and size.longest_edge is " + maxPixels
                    + " (data.min_pixels and data.max_pixels replace them); they must be from 1 to "
                    + MAX_DECODED_PIXELS
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
     * @param encoded the bytes of a PNG, JPEG, WebP, GIF or BMP file
     * @param name names the picture in error messages
     * @throws ModelException when the picture cannot be decoded, is too large, or one side is too long for the other
     */
    public ImagePatches process(final byte[] encoded, final String name) {
        return patches(Picture.decode(encoded, name), name);
    }

    /**
     * Decodes a picture and tells its format: png, jpeg, webp, gif or bmp.
     *
     * @throws ModelException when it cannot be decoded
     */
    public static String formatOf(final byte[] encoded, final String name) {
        return Picture.formatOf(encoded, name);
    }

    /**
     * The picture in a form that every program shows alike: the same bytes for an upright JPEG, otherwise a PNG of what a judge is shown.
     *
     * @throws ModelException when it cannot be decoded
     */
    public static byte[] plain(final byte[] encoded, final String name) {
        return Picture.plain(encoded, name);
    }

    /**
     * The patches that {@link #process} would make, without their pixels: only the head of the picture is read.
     *
     * @throws ModelException when the picture has no head that can be read, or wrong sizes
     */
    public ImagePatches measure(final byte[] encoded, final String name) {
        final Picture.Size size = Picture.size(encoded, name);
        final int[] target = smartResize(size.height(), size.width(), name);
        return new ImagePatches(target[0] / patchSize, target[1] / patchSize, () -> {
            throw new IllegalStateException("image " + name + " was only measured");
        });
    }

    private ImagePatches patches(final Picture picture, final String name) {
        final int[] target = smartResize(picture.height(), picture.width(), name);
        final int height = target[0];
        final int width = target[1];
        final byte[][] planes = Bicubic.resize(picture, height, width);
        final int gridHeight = height / patchSize;
        final int gridWidth = width / patchSize;
        final byte[] pixels = new byte[gridHeight * gridWidth * 3 * patchSize * patchSize];
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
        return new ImagePatches(gridHeight, gridWidth, () -> pixels);
    }

    /** Writes one row of the result, ordered by channel, row and column. Returns the index behind it. */
    private int copyPatch(
            final byte[][] planes, final int width, final int top, final int left, final byte[] out, final int from) {
        int at = from;
        for (final byte[] plane : planes) {
            for (int y = top; y < top + patchSize; y++, at += patchSize) {
                System.arraycopy(plane, y * width + left, out, at, patchSize);
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

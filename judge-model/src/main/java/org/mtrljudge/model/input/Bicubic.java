package org.mtrljudge.model.input;

import java.awt.image.BufferedImage;
import org.jspecify.annotations.Nullable;

/** Bicubic resampling with antialiasing as in Pillow and torchvision: a = −0.5, with a wider kernel when an image is made smaller. */
final class Bicubic {
    private static final double A = -0.5;
    private static final double SUPPORT = 2.0;

    private Bicubic() {}

    /**
     * Resizes an image. Returns the planes red, green and blue, each {@code [height * width]}, rounded to 0..255. The background of
     * transparent pixels is white.
     */
    static float[][] resize(final BufferedImage image, final int height, final int width) {
        final int sourceWidth = image.getWidth();
        final int sourceHeight = image.getHeight();
        if (sourceWidth == width && sourceHeight == height) {
            return rows(image, width, null);
        }
        final float[][] result = rows(image, width, kernel(sourceWidth, width));
        final double[][] vertical = kernel(sourceHeight, height);
        for (int c = 0; c < 3; c++) {
            result[c] = columns(result[c], height, width, vertical);
        }
        return result;
    }

    /**
     * Resamples each row. A large picture is never whole in memory as floats, which would take ten times the memory of its bytes.
     *
     * @param kernel null: the rows are kept as they are
     */
    private static float[][] rows(final BufferedImage image, final int width, final double @Nullable [][] kernel) {
        final int sourceWidth = image.getWidth();
        final float[][] planes = new float[3][image.getHeight() * width];
        final int[] argb = new int[sourceWidth];
        final float[] row = new float[sourceWidth];
        for (int y = 0; y < image.getHeight(); y++) {
            image.getRGB(0, y, sourceWidth, 1, argb, 0, sourceWidth);
            for (int c = 0; c < 3; c++) {
                onWhite(argb, 16 - 8 * c, row);
                for (int x = 0; x < width; x++) {
                    planes[c][y * width + x] = kernel == null ? row[x] : weigh(row, 0, 1, kernel[x]);
                }
            }
        }
        return planes;
    }

    private static void onWhite(final int[] argb, final int shift, final float[] row) {
        for (int x = 0; x < row.length; x++) {
            final int alpha = argb[x] >>> 24;
            final int value = argb[x] >> shift & 0xff;
            row[x] = alpha == 255 ? value : Math.round((value * alpha + 255f * (255 - alpha)) / 255f);
        }
    }

    /** For each target index: the first source index, then the normalised weights of the source values. */
    private static double[][] kernel(final int source, final int target) {
        final double scale = (double) source / target;
        final double widen = Math.max(scale, 1);
        final double[][] rows = new double[target][];
        for (int i = 0; i < target; i++) {
            final double centre = (i + 0.5) * scale;
            final int first = Math.max(0, (int) (centre - SUPPORT * widen + 0.5));
            final int last = Math.min(source, (int) (centre + SUPPORT * widen + 0.5));
            final double[] row = new double[last - first + 1];
            row[0] = first;
            double total = 0;
            for (int j = first; j < last; j++) {
                row[j - first + 1] = cubic((j - centre + 0.5) / widen);
                total += row[j - first + 1];
            }
            for (int j = 1; j < row.length; j++) {
                row[j] /= total;
            }
            rows[i] = row;
        }
        return rows;
    }

    private static double cubic(final double at) {
        final double x = Math.abs(at);
        if (x < 1) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }

    /** Resamples the columns of a plane. */
    private static float[] columns(final float[] in, final int height, final int width, final double[][] kernel) {
        final float[] out = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                out[y * width + x] = weigh(in, x, width, kernel[y]);
            }
        }
        return out;
    }

    private static float weigh(final float[] in, final int base, final int stride, final double[] row) {
        double sum = 0;
        for (int j = 1; j < row.length; j++) {
            sum += row[j] * in[base + ((int) row[0] + j - 1) * stride];
        }
        return (float) Math.max(0, Math.min(255, Math.rint(sum)));
    }
}

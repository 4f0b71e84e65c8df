package org.mtrljudge.model.input;

import java.awt.image.BufferedImage;

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
        final float[][] planes = planes(image);
        if (sourceWidth == width && sourceHeight == height) {
            return planes;
        }
        final double[][] horizontal = kernel(sourceWidth, width);
        final double[][] vertical = kernel(sourceHeight, height);
        final float[][] result = new float[3][];
        for (int c = 0; c < 3; c++) {
            final float[] wide = pass(planes[c], sourceHeight, width, sourceWidth, horizontal, true);
            result[c] = pass(wide, height, width, width, vertical, false);
        }
        return result;
    }

    private static float[][] planes(final BufferedImage image) {
        final int size = image.getWidth() * image.getHeight();
        final int[] argb = image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth());
        final float[][] planes = new float[3][size];
        for (int i = 0; i < size; i++) {
            final int alpha = argb[i] >>> 24;
            for (int c = 0; c < 3; c++) {
                final int value = argb[i] >> (16 - 8 * c) & 0xff;
                planes[c][i] = alpha == 255 ? value : Math.round((value * alpha + 255f * (255 - alpha)) / 255f);
            }
        }
        return planes;
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

    /**
     * Resamples one axis of a plane.
     *
     * @param alongRows across the width, else down the height
     */
    private static float[] pass(
            final float[] in,
            final int height,
            final int width,
            final int sourceWidth,
            final double[][] kernel,
            final boolean alongRows) {
        final float[] out = new float[height * width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                out[y * width + x] =
                        alongRows ? weigh(in, y * sourceWidth, 1, kernel[x]) : weigh(in, x, sourceWidth, kernel[y]);
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

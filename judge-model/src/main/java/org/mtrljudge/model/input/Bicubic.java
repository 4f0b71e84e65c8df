package org.mtrljudge.model.input;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Bicubic resampling with antialiasing of 8-bit pixels: a = −0.5, with a wider kernel when an image is made smaller. The arithmetic is that
 * of torchvision, with which the published image processors compute: weights of 16 bits, and 8-bit pixels between the two passes.
 */
final class Bicubic {
    private static final double A = -0.5;
    private static final double SUPPORT = 2.0;
    private static final int WEIGHT_LIMIT = 1 << 15;
    private static final int MOST_PRECISION = 22;

    private Bicubic() {}

    /** A picture row by row, so that a large picture is never whole in memory as numbers, which would take several times the memory of its bytes. */
    interface Rows {
        int width();

        int height();

        /** @param rgb gets the red, green and blue values of a row, 0..255 each: {@code [3][width]} */
        void read(int y, int[][] rgb);
    }

    /** For each target index the first source index and the weights of the source values, which are {@code weight / 2^precision}. */
    private record Kernel(int[] first, int[][] weights, int precision) {}

    /** Resizes a picture. Returns the planes red, green and blue, 0..255: {@code [3][height * width]}. */
    static byte[][] resize(final Rows picture, final int height, final int width) {
        final Kernel across = picture.width() == width ? null : kernel(picture.width(), width);
        final byte[][] result = rows(picture, width, across);
        if (picture.height() != height) {
            final Kernel down = kernel(picture.height(), height);
            for (int c = 0; c < result.length; c++) {
                result[c] = columns(result[c], height, width, down);
            }
        }
        return result;
    }

    private static byte[][] rows(final Rows picture, final int width, final @Nullable Kernel kernel) {
        final byte[][] planes = new byte[3][picture.height() * width];
        final int[][] row = new int[3][picture.width()];
        for (int y = 0; y < picture.height(); y++) {
            picture.read(y, row);
            for (int c = 0; c < planes.length; c++) {
                for (int x = 0; x < width; x++) {
                    planes[c][y * width + x] = (byte) (kernel == null ? row[c][x] : weigh(row[c], kernel, x));
                }
            }
        }
        return planes;
    }

    private static int weigh(final int[] row, final Kernel kernel, final int x) {
        final int[] weights = kernel.weights[x];
        int sum = 1 << (kernel.precision - 1);
        for (int j = 0; j < weights.length; j++) {
            sum += weights[j] * row[kernel.first[x] + j];
        }
        return clamp(sum >> kernel.precision);
    }

    private static byte[] columns(final byte[] in, final int height, final int width, final Kernel kernel) {
        final byte[] out = new byte[height * width];
        final int[] sums = new int[width];
        for (int y = 0; y < height; y++) {
            final int[] weights = kernel.weights[y];
            Arrays.fill(sums, 1 << (kernel.precision - 1));
            // row by row, as the memory lies
            for (int j = 0; j < weights.length; j++) {
                final int row = (kernel.first[y] + j) * width;
                for (int x = 0; x < width; x++) {
                    sums[x] += weights[j] * (in[row + x] & 0xff);
                }
            }
            for (int x = 0; x < width; x++) {
                out[y * width + x] = (byte) clamp(sums[x] >> kernel.precision);
            }
        }
        return out;
    }

    private static int clamp(final int value) {
        return Math.max(0, Math.min(255, value));
    }

    private static Kernel kernel(final int source, final int target) {
        final double scale = (double) source / target;
        final double widen = Math.max(scale, 1);
        final int[] first = new int[target];
        final double[][] exact = new double[target][];
        double largest = 0;
        for (int i = 0; i < target; i++) {
            final double centre = (i + 0.5) * scale;
            first[i] = Math.max(0, (int) (centre - SUPPORT * widen + 0.5));
            exact[i] = new double[Math.min(source, (int) (centre + SUPPORT * widen + 0.5)) - first[i]];
            double total = 0;
            for (int j = 0; j < exact[i].length; j++) {
                exact[i][j] = cubic((first[i] + j - centre + 0.5) / widen);
                total += exact[i][j];
            }
            for (int j = 0; j < exact[i].length; j++) {
                exact[i][j] /= total;
                largest = Math.max(largest, exact[i][j]);
            }
        }
        final int precision = precision(largest);
        final int[][] weights = new int[target][];
        for (int i = 0; i < target; i++) {
            weights[i] = new int[exact[i].length];
            for (int j = 0; j < weights[i].length; j++) {
                final double scaled = exact[i][j] * (1 << precision);
                weights[i][j] = (int) (scaled + (scaled < 0 ? -0.5 : 0.5));
            }
        }
        return new Kernel(first, weights, precision);
    }

    /** The largest number of bits behind the point with which the largest weight still has 16 bits. */
    private static int precision(final double largest) {
        int precision = 0;
        while (precision < MOST_PRECISION && (int) (0.5 + largest * (1 << (precision + 1))) < WEIGHT_LIMIT) {
            precision++;
        }
        return precision;
    }

    private static double cubic(final double at) {
        final double x = Math.abs(at);
        if (x < 1) {
            return ((A + 2) * x - (A + 3)) * x * x + 1;
        }
        return x < 2 ? (((x - 5) * x + 8) * x - 4) * A : 0;
    }
}

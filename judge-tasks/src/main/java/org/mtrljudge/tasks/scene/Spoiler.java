package org.mtrljudge.tasks.scene;

import java.awt.image.BufferedImage;
import java.util.Random;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntUnaryOperator;

/** Distorts a picture: blur, noise, blocking or wrong exposure, each in three strengths, blur in four. */
final class Spoiler {
    private static final int[] BLUR_PASSES = {2, 4, 8, 16};
    private static final double[] NOISE_DEVIATION = {18, 32, 55};
    private static final int[] BLOCK_SIDE = {4, 6, 8};
    private static final double[] DARK_FACTOR = {0.62, 0.48, 0.34};
    private static final double[] BRIGHT_SHARE = {0.35, 0.5, 0.65};

    private Spoiler() {}

    static BufferedImage spoil(
            final BufferedImage image, final Distortion distortion, final int severity, final Random random) {
        final int level = severity - 1;
        switch (distortion) {
            case NONE -> {}
            case BLUR -> {
                for (int pass = 0; pass < BLUR_PASSES[level]; pass++) {
                    average(image, 3, at -> at - 1);
                }
            }
            case NOISE -> eachValue(image, v -> v + NOISE_DEVIATION[level] * random.nextGaussian());
            case BLOCKS -> average(image, BLOCK_SIDE[level], at -> at / BLOCK_SIDE[level] * BLOCK_SIDE[level]);
            case DARK -> eachValue(image, v -> v * DARK_FACTOR[level]);
            case BRIGHT -> eachValue(image, v -> v + BRIGHT_SHARE[level] * (255 - v));
        }
        return image;
    }

    private static void eachValue(final BufferedImage image, final DoubleUnaryOperator change) {
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                final int rgb = image.getRGB(x, y);
                int changed = 0;
                for (int shift = 16; shift >= 0; shift -= 8) {
                    final double value = change.applyAsDouble(rgb >> shift & 0xff);
                    changed |= (int) Math.max(0, Math.min(255, Math.rint(value))) << shift;
                }
                image.setRGB(x, y, changed);
            }
        }
    }

    /**
     * Replaces every pixel by the mean of a square. Pixels at the border are repeated.
     *
     * @param corner gives the first column of the square for the column of a pixel, and the first row for its row
     */
    private static void average(final BufferedImage image, final int side, final IntUnaryOperator corner) {
        final int w = image.getWidth();
        final int h = image.getHeight();
        final int[] source = image.getRGB(0, 0, w, h, null, 0, w);
        for (int y = 0; y < h; y++) {
            for (int x = 0; x < w; x++) {
                image.setRGB(x, y, mean(source, w, h, corner.applyAsInt(x), corner.applyAsInt(y), side));
            }
        }
    }

    private static int mean(
            final int[] source, final int w, final int h, final int left, final int top, final int side) {
        int red = 0;
        int green = 0;
        int blue = 0;
        for (int y = top; y < top + side; y++) {
            for (int x = left; x < left + side; x++) {
                final int rgb = source[Math.max(0, Math.min(h - 1, y)) * w + Math.max(0, Math.min(w - 1, x))];
                red += rgb >> 16 & 0xff;
                green += rgb >> 8 & 0xff;
                blue += rgb & 0xff;
            }
        }
        final int n = side * side;
        return red / n << 16 | green / n << 8 | blue / n;
    }
}

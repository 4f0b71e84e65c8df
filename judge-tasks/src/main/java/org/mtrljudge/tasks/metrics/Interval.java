package org.mtrljudge.tasks.metrics;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.function.ToDoubleFunction;

/**
 * A figure with its 95 % bootstrap interval: the 2.5th and 97.5th percentile of the figure over samples that are drawn with replacement
 * (Efron's percentile method).
 *
 * @param value the figure of the original samples
 */
public record Interval(double value, double low, double high, int samples) {
    private static final int RESAMPLES = 1000;
    private static final double TAIL = 0.025;
    // a fixed seed, so that the same samples give the same interval
    private static final long SEED = 20_260_311;

    /** @param figure computes the figure of the samples at the given indices; it must not change the array */
    public static Interval of(final int samples, final ToDoubleFunction<int[]> figure) {
        return of(Resampling.of(samples), figure);
    }

    /** @param figure as above; a draw has another number of samples where clusters are of different sizes */
    static Interval of(final Resampling from, final ToDoubleFunction<int[]> figure) {
        final double value = figure.applyAsDouble(from.all());
        if (from.samples() < 2) {
            return new Interval(value, value, value, from.samples());
        }
        final SplittableRandom random = new SplittableRandom(SEED);
        final double[] drawn = new double[RESAMPLES];
        for (int r = 0; r < RESAMPLES; r++) {
            drawn[r] = figure.applyAsDouble(from.draw(random));
        }
        Arrays.sort(drawn);
        return new Interval(value, percentile(drawn, TAIL), percentile(drawn, 1 - TAIL), from.samples());
    }

    /** Linear interpolation between order statistics (the default of numpy). */
    private static double percentile(final double[] sorted, final double share) {
        final double at = share * (sorted.length - 1);
        final int below = (int) at;
        final int above = Math.min(below + 1, sorted.length - 1);
        return sorted[below] + (at - below) * (sorted[above] - sorted[below]);
    }
}

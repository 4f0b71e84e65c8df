package org.mtrljudge.tasks.metrics;

/**
 * How well the probabilities that a judge gave to its verdicts fit how often they are right. 0 is best for both figures.
 *
 * @param ece the expected calibration error with 15 bins of equal width (Guo et al., arXiv 1706.04599, equation 3)
 * @param brier the mean squared distance of the probability from 1 for a right and 0 for a wrong verdict
 */
public record Calibration(double ece, double brier, int samples) {
    private static final int BINS = 15;

    /**
     * @param probabilities 0..1, one per verdict
     * @param right whether each verdict is right
     * @throws IllegalArgumentException when there is no verdict, or the arrays differ in length
     */
    public static Calibration of(final double[] probabilities, final boolean[] right) {
        if (probabilities.length == 0 || probabilities.length != right.length) {
            throw new IllegalArgumentException(
                    probabilities.length + " probabilities and " + right.length + " verdicts have no calibration");
        }
        // per bin: the sum of probability − rightness
        final double[] gaps = new double[BINS];
        double squares = 0;
        for (int i = 0; i < probabilities.length; i++) {
            final double gap = probabilities[i] - (right[i] ? 1 : 0);
            // a bin has its upper bound: 0 belongs to the first one
            final int bin = Math.max(0, (int) Math.ceil(probabilities[i] * BINS) - 1);
            gaps[Math.min(bin, BINS - 1)] += gap;
            squares += gap * gap;
        }
        double ece = 0;
        for (final double gap : gaps) {
            ece += Math.abs(gap) / probabilities.length;
        }
        return new Calibration(ece, squares / probabilities.length, probabilities.length);
    }
}

package org.mtrljudge.tasks.metrics;

import org.hipparchus.stat.correlation.KendallsCorrelation;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;

/**
 * The rank correlation between the grades of a judge and graded scores, −1..1; NaN when one side is constant.
 *
 * @param spearman Spearman's rank correlation, with ties at their mean rank
 * @param kendall Kendall's tau-b
 */
public record Correlation(double pearson, double spearman, double kendall, int samples) {

    /** Spearman's rank correlation alone, of arrays of the same length of at least 2. */
    static double spearman(final double[] grades, final double[] scores) {
        return new SpearmansCorrelation().correlation(grades, scores);
    }

    /** @throws IllegalArgumentException unless both arrays have the same length of at least 2 */
    public static Correlation of(final double[] grades, final double[] scores) {
        if (grades.length != scores.length || grades.length < 2) {
            throw new IllegalArgumentException(
                    "a correlation needs two or more pairs of a grade and a score, but there are " + grades.length
                            + " grades and " + scores.length + " scores");
        }
        return new Correlation(
                new PearsonsCorrelation().correlation(grades, scores),
                spearman(grades, scores),
                new KendallsCorrelation().correlation(grades, scores),
                grades.length);
    }
}

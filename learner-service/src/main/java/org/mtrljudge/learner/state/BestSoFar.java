package org.mtrljudge.learner.state;

/**
 * The best of a stage's validations so far.
 *
 * @param score mean macro-F1 in percent; below 0 before the first validation
 * @param step after which it was validated
 */
public record BestSoFar(double score, int step) {
    public static final BestSoFar NONE = new BestSoFar(-1, 0);

    public boolean isNone() {
        return score < 0;
    }
}

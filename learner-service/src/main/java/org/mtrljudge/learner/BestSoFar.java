package org.mtrljudge.learner;

/**
 * The best of a stage's validations so far.
 *
 * @param score mean macro-F1 in percent; below 0 before the first validation
 * @param step after which it was validated
 */
record BestSoFar(double score, int step) {
    static final BestSoFar NONE = new BestSoFar(-1, 0);

    boolean isNone() {
        return score < 0;
    }
}

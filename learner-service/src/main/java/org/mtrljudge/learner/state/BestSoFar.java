package org.mtrljudge.learner.state;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * The best validation of a stage so far.
 *
 * @param score the mean macro-F1 in percent; below 0 before the first validation
 * @param step the step before the validation
 */
public record BestSoFar(double score, int step) {
    public static final BestSoFar NONE = new BestSoFar(-1, 0);

    @JsonIgnore
    public boolean isNone() {
        return score < 0;
    }
}

package org.mtrljudge.learner.state;

import com.fasterxml.jackson.annotation.JsonIgnore;

/**
 * The best validation of a stage so far.
 *
 * @param score the mean of the tasks' main figures in percent, which is -100 or more; less before the first validation
 * @param step the step before the validation
 */
public record BestSoFar(double score, int step) {
    public static final BestSoFar NONE = new BestSoFar(-1000, 0);

    @JsonIgnore
    public boolean isNone() {
        // a checkpoint of an older build, which knew no negative figures, has -1
        return score < -100 || score == -1 && step == 0;
    }
}

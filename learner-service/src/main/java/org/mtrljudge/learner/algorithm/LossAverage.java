package org.mtrljudge.learner.algorithm;

import java.util.List;
import org.mtrljudge.learner.settings.LearnerSettings;

/**
 * The weight of each completion token in the loss of an update. The loss is either the mean over all tokens of the update (DAPO,
 * eq. 8) or the mean over the token means of its sequences (DeepSeekMath, eq. 3). The weights of an update add up to 1, however the
 * update is divided into micro-batches.
 *
 * @param tokens the number of completion tokens of the update
 * @param sequences the number of completions of the update
 */
record LossAverage(LearnerSettings.LossAvgMode mode, long tokens, long sequences) {

    static LossAverage over(final List<LearnedGroup> groups, final LearnerSettings.LossAvgMode mode) {
        return new LossAverage(
                mode,
                groups.stream().mapToLong(g -> g.behaviour().length).sum(),
                groups.stream().mapToLong(g -> g.advantages().length).sum());
    }

    /** The weight of one token of a completion with this number of tokens. */
    float tokenWeight(final int completionLength) {
        return switch (mode) {
            case TOKEN -> 1f / tokens;
            case SEQ -> 1f / sequences / completionLength;
        };
    }
}

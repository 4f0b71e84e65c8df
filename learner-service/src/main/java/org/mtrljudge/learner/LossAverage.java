package org.mtrljudge.learner;

import java.util.List;

/**
 * How much each completion token counts in the loss of an update: a mean over all its tokens (DAPO, eq. 8) or over its sequences'
 * own token means (DeepSeekMath, eq. 3). The weights of an update add up to 1, whatever micro-batches it is cut into.
 *
 * @param tokens completion tokens of the update
 * @param sequences completions of the update
 */
record LossAverage(LearnerSettings.LossAvgMode mode, long tokens, long sequences) {

    static LossAverage over(final List<LearnedGroup> groups, final LearnerSettings.LossAvgMode mode) {
        return new LossAverage(
                mode,
                groups.stream().mapToLong(g -> g.behaviour().length).sum(),
                groups.stream().mapToLong(g -> g.advantages().length).sum());
    }

    /** The weight of one token of a completion that has so many tokens. */
    float tokenWeight(final int completionLength) {
        return switch (mode) {
            case TOKEN -> 1f / tokens;
            case SEQ -> 1f / sequences / completionLength;
        };
    }
}

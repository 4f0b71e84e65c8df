package org.mtrljudge.reward.rule;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The scores that the completions of a group gave.
 *
 * @param right the right score
 * @param mean of the scores given
 * @param variance of the scores given, divided by their number
 */
public record GroupScores(double right, double mean, double variance) {

    /** @return null where no completion gave a score */
    public static @Nullable GroupScores of(final double right, final double[] given) {
        if (given.length == 0) {
            return null;
        }
        final double mean = Arrays.stream(given).average().orElseThrow();
        final double variance = Arrays.stream(given)
                .map(score -> (score - mean) * (score - mean))
                .average()
                .orElseThrow();
        return new GroupScores(right, mean, variance);
    }
}

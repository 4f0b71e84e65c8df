package org.mtrljudge.learner.event;

import java.util.Map;

/**
 * The time of the RL phase by activity, and other totals.
 *
 * @param learnSeconds the time of the learner's updates
 * @param waitSeconds the time for which the learner waited for scores
 * @param generateSeconds the generation time of all actors together
 * @param scoreSeconds the time in the verifiers
 * @param validateSeconds the time for which training waited for validation
 * @param generatedTokens the number of tokens in training completions
 * @param maxRolloutLogProbDifference the largest mean difference per step between actor and learner
 * @param unchangedInARow the number of last steps that left the weights unchanged, because no gradient was finite
 */
public record RlTotals(
        double learnSeconds,
        double waitSeconds,
        double generateSeconds,
        double scoreSeconds,
        double validateSeconds,
        double generatedTokens,
        double maxRolloutLogProbDifference,
        int unchangedInARow) {
    public static final RlTotals NONE = new RlTotals(0, 0, 0, 0, 0, 0, 0, 0);

    /** The totals with the metrics of one more step. */
    public RlTotals plus(final Map<String, Double> metrics) {
        return new RlTotals(
                learnSeconds + metrics.getOrDefault("timing_s/update_actor", 0.0),
                waitSeconds + metrics.getOrDefault("timing_s/wait", 0.0),
                generateSeconds + metrics.getOrDefault("timing_s/gen", 0.0),
                scoreSeconds + metrics.getOrDefault("timing_s/reward", 0.0),
                validateSeconds + metrics.getOrDefault("timing_s/testing", 0.0),
                generatedTokens + metrics.getOrDefault("perf/total_num_tokens", 0.0),
                Math.max(maxRolloutLogProbDifference, metrics.getOrDefault("training/rollout_logprobs_diff_mean", 0.0)),
                unchangedInARow(metrics));
    }

    /** A step without updates says nothing about gradients. */
    private int unchangedInARow(final Map<String, Double> metrics) {
        final double updates = metrics.getOrDefault("actor/updates", 0.0);
        final double skipped = metrics.getOrDefault("actor/skipped_updates", 0.0);
        if (updates == 0) {
            return unchangedInARow;
        }
        return skipped == updates ? unchangedInARow + 1 : 0;
    }
}

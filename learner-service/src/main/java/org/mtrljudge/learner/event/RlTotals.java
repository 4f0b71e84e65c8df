package org.mtrljudge.learner.event;

import java.util.Map;

/**
 * Where the RL phase's time went.
 *
 * @param learnSeconds of the learner's updates
 * @param waitSeconds the learner waited for scores
 * @param generateSeconds of all actors together
 * @param scoreSeconds in the verifiers
 * @param validateSeconds the training stood still for validation
 * @param generatedTokens of training completions
 * @param maxRolloutLogProbDifference the largest per-step mean difference between actor and learner
 */
public record RlTotals(
        double learnSeconds,
        double waitSeconds,
        double generateSeconds,
        double scoreSeconds,
        double validateSeconds,
        double generatedTokens,
        double maxRolloutLogProbDifference) {
    public static final RlTotals NONE = new RlTotals(0, 0, 0, 0, 0, 0, 0);

    /** With one more step's metrics. */
    public RlTotals plus(final Map<String, Double> metrics) {
        return new RlTotals(
                learnSeconds + metrics.getOrDefault("timing_s/update_actor", 0.0),
                waitSeconds + metrics.getOrDefault("timing_s/wait", 0.0),
                generateSeconds + metrics.getOrDefault("timing_s/gen", 0.0),
                scoreSeconds + metrics.getOrDefault("timing_s/reward", 0.0),
                validateSeconds + metrics.getOrDefault("timing_s/testing", 0.0),
                generatedTokens + metrics.getOrDefault("perf/total_num_tokens", 0.0),
                Math.max(
                        maxRolloutLogProbDifference, metrics.getOrDefault("training/rollout_logprobs_diff_mean", 0.0)));
    }
}

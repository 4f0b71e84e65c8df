package org.mtrljudge.learner.settings;

/**
 * What limits the prompts that are outstanding, and the wait for their answers.
 *
 * @param outstanding the number of prompts that may be outstanding
 * @param stallWarningMs the time without an answer after which a warning names the stalled service
 * @param reaskAfterMs the time without an answer after which prompts that may be lost are asked again
 * @param maxDeadRatio the run ends when a larger share of the last answers is dead
 * @param deadWindow the number of these last answers
 */
public record ExchangeLimits(
        int outstanding, long stallWarningMs, long reaskAfterMs, double maxDeadRatio, int deadWindow) {
    /** Fewer answers say little about a run. */
    private static final int LEAST_WINDOW = 100;

    public static ExchangeLimits of(final LearnerSettings settings, final int outstanding) {
        return new ExchangeLimits(
                outstanding,
                settings.trainer().stallWarningMs(),
                settings.trainer().reaskAfterMs(),
                settings.trainer().maxDeadRatio(),
                Math.max(LEAST_WINDOW, settings.data().rolloutBatchSize()));
    }
}

package org.mtrljudge.learner.settings;

import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.policy.PolicyStore;

/**
 * How the weights of a policy travel from the learner to the actors.
 *
 * @param store for policies larger than {@code maxLogBytes}; null: all policies travel in the log
 */
public record WeightTransport(@Nullable PolicyStore store, long maxLogBytes) {
    /** All policies travel in the log. */
    public static final WeightTransport LOG = new WeightTransport(null, Integer.MAX_VALUE);

    /** In bytes per second. Over a slower link, policies should travel through a store. */
    private static final long SLOWEST_LINK = 4 << 20;

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    /** A broker refuses transactions that may last longer, unless its transaction.max.timeout.ms was raised. */
    private static final Duration LONGEST = Duration.ofMinutes(15);

    /** How long the transaction of a policy may take: the time of the largest policy that travels in the log over a slow link. */
    public Duration transactionTimeout() {
        final Duration sending = SHORTEST.plusSeconds(maxLogBytes / SLOWEST_LINK);
        return sending.compareTo(LONGEST) < 0 ? sending : LONGEST;
    }
}

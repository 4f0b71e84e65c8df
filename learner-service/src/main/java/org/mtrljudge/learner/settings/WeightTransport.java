package org.mtrljudge.learner.settings;

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
}

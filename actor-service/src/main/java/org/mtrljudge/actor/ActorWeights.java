package org.mtrljudge.actor;

import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.mtrljudge.actor.engine.Policy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Keeps an actor on the newest policy. The generator's thread uses it; any thread may ask for the version. */
final class ActorWeights {
    private static final Logger LOG = LoggerFactory.getLogger(ActorWeights.class);
    private static final Duration POLL = Duration.ofMillis(200);

    private final Function<Duration, Optional<Policy>> policies;
    private final PendingPolicies pending;
    private final RolloutMaker maker;
    private final ActorMetrics metrics;
    private final InstantSource clock;
    private volatile int version = -1;

    /** @param policies waits at most that time for a newer policy */
    ActorWeights(
            final Function<Duration, Optional<Policy>> policies,
            final PendingPolicies pending,
            final RolloutMaker maker,
            final ActorMetrics metrics,
            final InstantSource clock) {
        this.policies = policies;
        this.pending = pending;
        this.maker = maker;
        this.metrics = metrics;
        this.clock = clock;
    }

    /** The version in use; −1 before the first. */
    int version() {
        return version;
    }

    /** Takes the newest policy if there is a newer one that can be fetched. */
    void useNewest(final Duration wait) {
        policies.apply(wait).ifPresent(policy -> {
            try (policy) {
                maker.use(policy);
            }
            version = policy.version();
            metrics.usesPolicy(version);
            // every later log line of this thread contains the version
            MDC.put("policyVersion", String.valueOf(version));
            LOG.info("took policy version {}", version);
        });
    }

    /**
     * Waits for a version that prompts name.
     *
     * @return whether the actor has it; if not, it is stopping
     * @throws IllegalStateException when the version is not usable after this time, with the reason
     */
    boolean reach(final int wanted, final Duration limit, final BooleanSupplier stopping) {
        return await(() -> version >= wanted, wanted, limit, stopping);
    }

    /**
     * Waits until a version that was announced and could not be fetched is fetched or superseded. Without it this actor could only take
     * prompts that it cannot answer, and every such delivery counts.
     *
     * @return whether the actor has it; if not, it is stopping
     * @throws IllegalStateException when the version is not usable after this time, with the reason
     */
    boolean catchUp(final Duration limit, final BooleanSupplier stopping) {
        return await(() -> !pending.isBehind(), version + 1, limit, stopping);
    }

    private boolean await(
            final BooleanSupplier enough, final int wanted, final Duration limit, final BooleanSupplier stopping) {
        final long deadline = clock.millis() + limit.toMillis();
        while (!enough.getAsBoolean() && !stopping.getAsBoolean()) {
            if (clock.millis() > deadline) {
                throw new IllegalStateException("no usable weights for " + limit.toSeconds() + " s: " + why(wanted));
            }
            useNewest(POLL);
        }
        return enough.getAsBoolean();
    }

    private String why(final int wanted) {
        if (!pending.trouble().isEmpty()) {
            return pending.trouble();
        }
        return "prompts name policy version " + wanted + ", and " + version + " is the newest in the log";
    }
}

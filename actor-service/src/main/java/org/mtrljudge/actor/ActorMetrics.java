package org.mtrljudge.actor;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.mtrljudge.schemas.RolloutGroup;

/** The metrics of an actor. */
public final class ActorMetrics {
    private static final String TASK = "task";
    private final MeterRegistry registry;
    private final Timer generating;
    private final Counter deadLetters;
    private final Counter lostLocks;
    private final Counter skippedPolicies;
    private final AtomicInteger version;
    private final AtomicInteger inHand;

    public ActorMetrics(final MeterRegistry registry) {
        this.registry = registry;
        this.generating = registry.timer("judge.actor.generate");
        this.deadLetters = registry.counter("judge.actor.dead.letters");
        this.lostLocks = registry.counter("judge.actor.locks.lost");
        this.skippedPolicies = registry.counter("judge.actor.policies.skipped");
        this.version = registry.gauge("judge.actor.policy.version", new AtomicInteger(-1));
        this.inHand = registry.gauge("judge.actor.prompts.in.hand", new AtomicInteger());
    }

    void usesPolicy(final int policyVersion) {
        version.set(policyVersion);
    }

    void holds(final int prompts) {
        inHand.set(prompts);
    }

    void generated(final RolloutGroup group) {
        final String task = group.getPrompt().getTask();
        registry.counter("judge.actor.groups", TASK, task).increment();
        registry.counter("judge.actor.tokens", TASK, task)
                .increment(group.getCompletions().stream()
                        .mapToLong(c -> c.getTokens().remaining() / Integer.BYTES)
                        .sum());
    }

    void worked(final Duration seconds) {
        generating.record(seconds);
    }

    void dead() {
        deadLetters.increment();
    }

    void lostLocks(final int locks) {
        lostLocks.increment(locks);
    }

    void skippedPolicy() {
        skippedPolicies.increment();
    }
}

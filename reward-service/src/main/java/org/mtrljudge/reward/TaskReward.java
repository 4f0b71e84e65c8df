package org.mtrljudge.reward;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/** How completions of one task are rewarded: a verifier's components and those of form, combined. */
record TaskReward(Verifier verifier, Map<String, Component> components, Combination combination) {

    /** The reward of one completion and what it came of. */
    record Scored(
            Map<String, Double> components,
            double total,
            @Nullable String verdict,
            @Nullable String reason) {}

    /** @throws IllegalArgumentException when the verifier leaves a component out or the reward is no finite number */
    Scored score(final Judged completion) {
        final Verification verification = verified(completion);
        final Map<String, Double> values = new TreeMap<>(verification.components());
        if (!values.keySet().containsAll(verifier.components())) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' gave " + values.keySet()
                    + ", it promised " + verifier.components());
        }
        components.forEach((name, component) -> values.put(name, component.value(completion)));
        final double total = combination.of(values);
        if (!Double.isFinite(total)) {
            throw new IllegalArgumentException("the reward is " + total + " from " + values);
        }
        return new Scored(values, total, verification.verdict(), verification.reason());
    }

    /** A user's verifier may throw anything; that never earns a reward. */
    private Verification verified(final Judged completion) {
        try {
            return Objects.requireNonNull(verifier.verify(completion), "it returned null");
        } catch (final RuntimeException | LinkageError | StackOverflowError e) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' failed: " + e, e);
        }
    }
}

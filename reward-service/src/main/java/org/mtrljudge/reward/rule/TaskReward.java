package org.mtrljudge.reward.rule;

import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * How completions of one task are rewarded: a verifier's components and those of form, combined.
 *
 * @param pairs whether there is a component {@code position_consistency}, so that a group waits for the other order of its pair
 */
public record TaskReward(Verifier verifier, Map<String, Component> components, boolean pairs, Combination combination) {
    /** 1 when this verdict and that on the same question in the other order are both right (J1, arXiv 2505.10320), else 0. */
    public static final String POSITION_CONSISTENCY = "position_consistency";

    private static final String ACCURACY = "accuracy";

    /** The reward of one completion and what it came of. */
    public record Scored(
            Map<String, Double> components,
            double total,
            @Nullable String verdict,
            @Nullable String reason) {}

    /**
     * @param otherOrder the completion of the same place in the pair's other group; null where there is none
     * @throws IllegalArgumentException when the verifier leaves a component out or the reward is no finite number
     */
    public Scored score(final Judged completion, final @Nullable Judged otherOrder) {
        final Verification verification = verified(completion);
        final Map<String, Double> values = new TreeMap<>(verification.components());
        components.forEach((name, component) -> values.put(name, component.value(completion)));
        if (pairs) {
            final boolean both = isRight(verification) && otherOrder != null && isRight(verified(otherOrder));
            values.put(POSITION_CONSISTENCY, both ? 1.0 : 0.0);
        }
        final double total = combination.of(values);
        if (!Double.isFinite(total)) {
            throw new IllegalArgumentException("the reward is " + total + " from " + values);
        }
        return new Scored(values, total, verification.verdict(), verification.reason());
    }

    private static boolean isRight(final Verification verification) {
        return verification.components().getOrDefault(ACCURACY, 0.0) == 1;
    }

    /** A user's verifier may throw anything; that never earns a reward. */
    private Verification verified(final Judged completion) {
        final Verification verification = ask(completion);
        if (!verification.components().keySet().containsAll(verifier.components())) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' gave "
                    + verification.components().keySet() + ", it promised " + verifier.components());
        }
        return verification;
    }

    private Verification ask(final Judged completion) {
        try {
            return Objects.requireNonNull(verifier.verify(completion), "it returned null");
        } catch (final RuntimeException | LinkageError | StackOverflowError e) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' failed: " + e, e);
        }
    }
}

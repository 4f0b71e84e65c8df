package org.mtrljudge.reward.rule;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.Verifier;

/**
 * The reward for completions of one task: a combination of the components of a verifier and the components of form.
 *
 * @param orders the number of groups that are scored together: more than 1 where the reward has {@code position_consistency}, which
 *     needs the verdicts on all orders of a question
 * @param comparative compares scores with those of earlier groups; null where the reward has no such component
 */
public record TaskReward(
        Verifier verifier,
        Map<String, Component> components,
        int orders,
        @Nullable Comparative comparative,
        Combination combination) {
    /** See {@link PositionConsistency}. */
    public static final String POSITION_CONSISTENCY = "position_consistency";

    private static final String ACCURACY = "accuracy";

    /** Every component of a task is a curve of the run and a sum in its statistics. */
    private static final int MAX_COMPONENTS = 100;
    /** A larger one would drown the other groups of its batch, and the running scale of its task for thousands of groups. */
    static final double MAX_REWARD = 1e6;

    /** In characters, of a verdict or a reason: a scored group has one of each per completion. */
    private static final int MAX_TEXT_LENGTH = 2000;

    /** The reward of one completion, with the components and the verdict behind it. */
    public record Scored(
            Map<String, Double> components,
            double total,
            @Nullable String verdict,
            @Nullable String reason) {}

    /** Verifies and scores one completion that is compared with no other group; see {@link #verify}. */
    public Scored score(final Judged completion, final Judged... otherOrders) {
        return score(
                completion,
                verify(completion),
                Arrays.stream(otherOrders).map(this::verify).toList(),
                0);
    }

    /**
     * @param verification of this completion
     * @param otherOrders of the completions at the same index in the groups of the other orders
     * @param compared the value of {@link Comparative}, for a reward that has it
     * @throws IllegalArgumentException when the reward is no number, or too large
     */
    public Scored score(
            final Judged completion,
            final Verification verification,
            final List<Verification> otherOrders,
            final double compared) {
        final Map<String, Double> values = new TreeMap<>(verification.components());
        components.forEach((name, component) -> values.put(name, component.value(completion)));
        if (orders > 1) {
            final boolean all = otherOrders.size() == orders - 1
                    && isRight(verification)
                    && otherOrders.stream().allMatch(TaskReward::isRight);
            values.put(POSITION_CONSISTENCY, all ? 1.0 : 0.0);
        }
        if (comparative != null) {
            values.put(Comparative.NAME, compared);
        }
        final double total = combination.of(values);
        if (!(Math.abs(total) <= MAX_REWARD)) {
            throw new IllegalArgumentException("the reward is " + total + ", and at most ±" + MAX_REWARD
                    + " is allowed; it was computed from " + values);
        }
        return new Scored(values, total, cut(verification.verdict()), cut(verification.reason()));
    }

    private static @Nullable String cut(final @Nullable String text) {
        return text == null || text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
    }

    private static boolean isRight(final Verification verification) {
        return verification.components().getOrDefault(ACCURACY, 0.0) == 1;
    }

    /** The number of completions that may be verified together, at the same time; 0 where the verifier is built in and takes no time. */
    public int callsAtOnce() {
        return verifier instanceof TimedVerifier timed ? timed.callsAtOnce() : 0;
    }

    /**
     * Asks the verifier about one completion. A plug-in may throw any exception. An exception never becomes a reward.
     *
     * @throws IllegalArgumentException when the verifier fails, omits a component, or gives values that cannot be used
     */
    public Verification verify(final Judged completion) {
        return checked(asked(() -> verifier.verify(completion)));
    }

    /**
     * Asks a plug-in about completions at the same time.
     *
     * @param completions at most {@link #callsAtOnce}
     * @throws IllegalArgumentException as {@link #verify}, for the first completion that has no grades
     */
    public List<Verification> verifyTogether(final List<Judged> completions) {
        if (!(verifier instanceof TimedVerifier timed)) {
            return completions.stream().map(this::verify).toList();
        }
        final List<Verification> verifications = new ArrayList<>();
        for (final TimedVerifier.Answer answer : asked(() -> timed.verifyTogether(completions))) {
            if (answer.failure() != null) {
                throw failed(answer.failure());
            }
            verifications.add(checked(answer.verification()));
        }
        return verifications;
    }

    private Verification checked(final @Nullable Verification verification) {
        if (verification == null) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' failed: it returned null");
        }
        if (!verification.components().keySet().containsAll(verifier.components())) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' returned "
                    + verification.components().keySet() + ", but it declares " + verifier.components());
        }
        if (verification.components().size() > MAX_COMPONENTS) {
            throw new IllegalArgumentException("the verifier '" + verifier.name() + "' gave "
                    + verification.components().size() + " components, at most " + MAX_COMPONENTS + " are allowed");
        }
        verification.components().forEach((name, value) -> {
            if (!Double.isFinite(value)) {
                throw new IllegalArgumentException(
                        "the verifier '" + verifier.name() + "' gave " + value + " for '" + name + "'");
            }
        });
        return verification;
    }

    private <T> T asked(final Supplier<T> call) {
        try {
            return call.get();
        } catch (final RuntimeException | LinkageError | StackOverflowError e) {
            throw failed(e);
        }
    }

    private IllegalArgumentException failed(final Throwable e) {
        return new IllegalArgumentException("the verifier '" + verifier.name() + "' failed: " + e, e);
    }
}

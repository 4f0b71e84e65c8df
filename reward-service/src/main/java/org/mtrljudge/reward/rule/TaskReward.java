package org.mtrljudge.reward.rule;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.FailedScoreException;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.grader.Grading;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;

/**
 * The reward for completions of one task: a combination of the components of a grader and the components of form.
 *
 * @param orders the number of groups that are scored together: more than 1 where the reward has {@code position_consistency}, which
 *     needs the verdicts on all orders of a question
 * @param comparative compares scores with those of earlier groups; null where the reward has no such component
 */
public record TaskReward(
        Grader grader,
        Map<String, Component> components,
        int orders,
        @Nullable Comparative comparative,
        Combination combination) {
    /** See {@link PositionConsistency}. */
    public static final String POSITION_CONSISTENCY = "position_consistency";

    private static final String ACCURACY = "accuracy";

    /** A larger one would drown the other groups of its batch, and the running scale of its task for thousands of groups. */
    public static final double MAX_REWARD = 1e6;

    /** In characters, of a verdict or a reason: a scored group has one of each per completion. */
    private static final int MAX_TEXT_LENGTH = 2000;

    /** In characters, of what a judge said: its thoughts are worth keeping. */
    private static final int MAX_SAID = 8000;

    /** What a judge said to more questions about a completion is not kept. */
    public static final int MAX_QUESTIONS = 64;

    /** The reward of one completion, with the components and the verdict behind it. */
    public record Scored(
            Map<String, Double> components,
            double total,
            @Nullable String verdict,
            @Nullable String reason,
            List<String> said) {}

    /**
     * @param verification of this completion
     * @param otherOrders of the completions at the same index in the groups of the other orders
     * @param compared the value of {@link Comparative}, for a reward that has it
     * @throws FailedScoreException when the reward is no number, or too large
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
        final double total = total(values);
        return new Scored(
                values,
                total,
                cut(verification.verdict()),
                cut(verification.reason()),
                verification.said().stream()
                        .map(TaskReward::shortened)
                        .limit(MAX_QUESTIONS)
                        .toList());
    }

    private double total(final Map<String, Double> values) {
        final double total;
        try {
            total = combination.of(values);
        } catch (final IllegalArgumentException e) {
            throw new FailedScoreException(FailureReason.REWARD, String.valueOf(e.getMessage()));
        }
        if (!(Math.abs(total) <= MAX_REWARD)) {
            throw new FailedScoreException(
                    FailureReason.REWARD,
                    "the reward is " + total + ", and at most ±" + MAX_REWARD + " is allowed; it was computed from "
                            + values);
        }
        return total;
    }

    private static @Nullable String cut(final @Nullable String text) {
        return text == null || text.length() <= MAX_TEXT_LENGTH ? text : text.substring(0, MAX_TEXT_LENGTH);
    }

    /** Its begin and its end, where a judge says its score. */
    private static String shortened(final String said) {
        final String gap = " … ";
        return said.length() <= MAX_SAID
                ? said
                : said.substring(0, MAX_SAID / 2) + gap + said.substring(said.length() - MAX_SAID / 2 + gap.length());
    }

    private static boolean isRight(final Verification verification) {
        return verification.components().getOrDefault(ACCURACY, 0.0) == 1;
    }

    /**
     * Asks the grader about completions of one prompt. An exception of a plug-in never becomes a reward.
     *
     * @param limitMs the time limit of all calls together; 0: none
     * @return one verification per completion, in their order
     * @throws FailedScoreException when the grader fails, omits a component, or gives values that cannot be used; it names the first
     *     completion that has no grade
     */
    public List<Verification> verify(final PromptRequest prompt, final List<Judged> completions, final long limitMs) {
        return new Grading(grader).verify(prompt, completions, limitMs);
    }
}

package org.mtrljudge.reward.scoring;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.Comparative;
import org.mtrljudge.reward.rule.GroupScores;
import org.mtrljudge.reward.rule.TaskReward;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.Purpose;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.topic.LogOffset;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.Verification;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Scores a group. A pure function of the group, the other orders of its question, the reward set, and what it remembers of earlier groups of
 * the task.
 */
public final class GroupScorer {
    private static final double NO_SPREAD = 1e-9;
    private final RewardSettings settings;
    private final TaskMemory memory;

    public GroupScorer(final RewardSettings settings, final TaskMemory memory) {
        this.settings = settings;
        this.memory = memory;
    }

    /** @throws IllegalArgumentException when the group can never be scored; the message is the reason in the dead letter */
    public void check(final RolloutGroup group) {
        new GroupCheck(settings.set()).check(group);
    }

    /** The number of groups of a pair that are scored together; 1 where the reward depends on this group alone. */
    public int ordersOf(final RolloutGroup group) {
        final PromptRequest prompt = group.getPrompt();
        return prompt.getPairId() == null
                ? 1
                : settings.set().of(prompt.getTask()).orders();
    }

    /** Whether the answers for a group can be prepared before its turn: it is graded alone, by a grader that gains from several groups. */
    public boolean gradesAhead(final RolloutGroup group) {
        final TaskReward reward = settings.set().of(group.getPrompt().getTask());
        return ordersOf(group) == 1 && reward.grader().terms().callsAtOnce() > 0;
    }

    /**
     * A group with the answers of its grader.
     *
     * @param verifications one per completion
     * @param ms the time that the grader took
     */
    public record Verified(RolloutGroup group, List<Verification> verifications, double ms) {}

    /**
     * Asks the grader about each completion. This is the slow part of scoring, and changes nothing.
     *
     * @throws org.mtrljudge.reward.grader.FailedScoreException when the grader fails or the calls take too long together; the message is
     *     the reason in the dead letter
     */
    public Verified verify(final RolloutGroup group) {
        final long start = System.nanoTime();
        final PromptRequest prompt = group.getPrompt();
        final List<Verification> verifications = settings.set()
                .of(prompt.getTask())
                .verify(prompt, judged(group, GroupCheck.typeOf(prompt)), settings.groupLimitMs());
        return new Verified(group, verifications, (System.nanoTime() - start) / 1e6);
    }

    /**
     * @param place where the group lies in its topic
     * @param otherOrders the groups of the other orders of the question; empty where the reward needs none
     * @throws IllegalArgumentException when the reward set fails on the group; the message is the reason in the dead letter
     */
    public ScoredGroup score(final Verified own, final LogOffset place, final List<Verified> otherOrders) {
        final long start = System.nanoTime();
        final RolloutGroup group = own.group;
        final PromptRequest prompt = group.getPrompt();
        final TaskReward reward = settings.set().of(prompt.getTask());
        final VerdictType type = GroupCheck.typeOf(prompt);
        GroupCheck.require(
                otherOrders.stream().allMatch(other -> other.verifications.size() == own.verifications.size()),
                "the orders of its pair have different numbers of completions");
        final Compared compared = compared(own, type);
        final List<Judged> completions = judged(group, type);
        final List<TaskReward.Scored> scored = new ArrayList<>();
        for (int i = 0; i < own.verifications.size(); i++) {
            scored.add(
                    reward.score(completions.get(i), own.verifications.get(i), at(i, otherOrders), compared.values[i]));
        }
        // only now: a group that cannot be scored is compared with nothing
        if (compared.remembered != null) {
            memory.remember(prompt.getTask(), compared.remembered);
        }
        final double[] rewards =
                scored.stream().mapToDouble(TaskReward.Scored::total).toArray();
        final boolean zeroSpread = spread(rewards) < NO_SPREAD;
        final double[] advantages = advantages(prompt, rewards, zeroSpread);
        final List<CompletionScore> scores = new ArrayList<>();
        for (int i = 0; i < rewards.length; i++) {
            final TaskReward.Scored s = scored.get(i);
            scores.add(new CompletionScore(
                    s.components(),
                    rewards[i],
                    advantages[i],
                    s.verdict(),
                    s.reason(),
                    s.said().isEmpty() ? null : s.said()));
        }
        return new ScoredGroup(
                group,
                settings.set().name(),
                settings.set().version(),
                scores,
                zeroSpread,
                own.ms + (System.nanoTime() - start) / 1e6,
                place.offset(),
                place.partition());
    }

    private static List<Verification> at(final int place, final List<Verified> groups) {
        return groups.stream().map(group -> group.verifications.get(place)).toList();
    }

    /**
     * @param values one per completion
     * @param remembered the groups that the next group is compared with; null where they stay as they are
     */
    private record Compared(double[] values, @Nullable List<GroupScores> remembered) {}

    /**
     * The values of {@link Comparative}; 0 for completions without a score. A test compares nothing: its groups would depend on the training
     * before.
     */
    private Compared compared(final Verified own, final VerdictType type) {
        final PromptRequest prompt = own.group.getPrompt();
        final Comparative comparative = settings.set().of(prompt.getTask()).comparative();
        final double[] values = new double[own.verifications.size()];
        if (comparative == null || prompt.getPurpose() == Purpose.EVAL) {
            return new Compared(values, null);
        }
        final double[] scores = own.verifications.stream()
                .mapToDouble(verification -> scoreOf(verification, type))
                .toArray();
        final GroupScores group = GroupScores.of(
                Double.parseDouble(prompt.getReference()),
                Arrays.stream(scores).filter(Double::isFinite).toArray());
        if (group == null) {
            return new Compared(values, null);
        }
        final List<GroupScores> earlier = memory.earlier(prompt.getTask());
        for (int i = 0; i < scores.length; i++) {
            values[i] = Double.isFinite(scores[i]) ? comparative.value(scores[i], group, earlier) : 0;
        }
        return new Compared(values, comparative.with(group, earlier));
    }

    /** NaN where the completion has no score. */
    private static double scoreOf(final Verification verification, final VerdictType type) {
        final String verdict = verification.verdict() == null ? null : type.read(verification.verdict());
        return verdict == null ? Double.NaN : Double.parseDouble(verdict);
    }

    private double[] advantages(final PromptRequest prompt, final double[] rewards, final boolean zeroSpread) {
        final double[] advantages = settings.advEstimator().advantages(rewards);
        if (settings.runningScale() && !zeroSpread && prompt.getPurpose() == Purpose.TRAIN) {
            final double divisor = memory.divisor(prompt.getTask(), AdvantageEstimator.variance(rewards));
            for (int i = 0; i < advantages.length; i++) {
                advantages[i] /= divisor;
            }
        }
        return advantages;
    }

    private static double spread(final double[] rewards) {
        double spread = 0;
        for (final double reward : rewards) {
            spread = Math.max(spread, Math.abs(reward - rewards[0]));
        }
        return spread;
    }

    private static List<Judged> judged(final RolloutGroup group, final VerdictType type) {
        final PromptRequest prompt = group.getPrompt();
        final VerdictReading reading = GroupCheck.readingOf(prompt);
        return group.getCompletions().stream()
                .map(completion -> new Judged(
                        prompt.getTask(),
                        prompt.getReference(),
                        type,
                        reading,
                        completion.getText(),
                        completion.getFinishReason() == FinishReason.STOP,
                        completion.getTokens().remaining() / Integer.BYTES))
                .toList();
    }
}

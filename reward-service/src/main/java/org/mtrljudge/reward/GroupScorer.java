package org.mtrljudge.reward;

import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.Judged;

/** Scores a group: a pure function of the group and the reward set. */
final class GroupScorer {
    private static final double NO_SPREAD = 1e-9;
    private final RewardSettings settings;

    GroupScorer(final RewardSettings settings) {
        this.settings = settings;
    }

    /** @throws IllegalArgumentException when the group cannot be scored; the message is the dead letter's reason */
    ScoredGroup score(final RolloutGroup group) {
        final PromptRequest prompt = group.getPrompt();
        check(group);
        final long start = System.nanoTime();
        final TaskReward reward = settings.set().of(prompt.getTask());
        final List<TaskReward.Scored> scored = new ArrayList<>();
        for (final Completion completion : group.getCompletions()) {
            scored.add(reward.score(judged(completion, prompt)));
        }
        final double[] rewards =
                scored.stream().mapToDouble(TaskReward.Scored::total).toArray();
        final double[] advantages = settings.advEstimator().advantages(rewards);
        final List<CompletionScore> scores = new ArrayList<>();
        double spread = 0;
        for (int i = 0; i < rewards.length; i++) {
            final TaskReward.Scored s = scored.get(i);
            scores.add(new CompletionScore(s.components(), rewards[i], advantages[i], s.verdict(), s.reason()));
            spread = Math.max(spread, Math.abs(rewards[i] - rewards[0]));
        }
        return new ScoredGroup(
                group,
                settings.set().name(),
                settings.set().version(),
                scores,
                spread < NO_SPREAD,
                (System.nanoTime() - start) / 1e6);
    }

    private static Judged judged(final Completion completion, final PromptRequest prompt) {
        return new Judged(
                prompt.getTask(),
                prompt.getReference(),
                prompt.getLabels(),
                completion.getText(),
                completion.getFinishReason() == FinishReason.STOP,
                completion.getTokens().remaining() / Integer.BYTES);
    }

    private static void check(final RolloutGroup group) {
        final PromptRequest prompt = group.getPrompt();
        require(!group.getCompletions().isEmpty(), "the group has no completions");
        require(
                group.getCompletions().size() == prompt.getGroupSize(),
                "the group has " + group.getCompletions().size() + " completions, its prompt asked for "
                        + prompt.getGroupSize());
        require(
                prompt.getLabels().contains(prompt.getReference()),
                "the reference '" + prompt.getReference() + "' is none of the labels " + prompt.getLabels());
        for (final Completion c : group.getCompletions()) {
            require(
                    c.getTokens().remaining() == c.getLogProbs().remaining()
                            && c.getTokens().remaining() % 4 == 0,
                    "tokens and log-probabilities differ in number");
            for (int i = 0; i < c.getLogProbs().remaining(); i += 4) {
                final float p = Float.intBitsToFloat(Integer.reverseBytes(
                        c.getLogProbs().getInt(c.getLogProbs().position() + i)));
                require(Float.isFinite(p), "a behaviour log-probability is " + p);
            }
        }
    }

    private static void require(final boolean holds, final String reason) {
        if (!holds) {
            throw new IllegalArgumentException(reason);
        }
    }
}

package org.mtrljudge.reward;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.FinishReason;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.ParsedVerdict;
import org.mtrljudge.tasks.VerdictParser;

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
        final List<ParsedVerdict> verdicts = new ArrayList<>();
        final double[] rewards = new double[group.getCompletions().size()];
        for (int i = 0; i < rewards.length; i++) {
            final ParsedVerdict verdict = parse(group.getCompletions().get(i), prompt);
            verdicts.add(verdict);
            rewards[i] = (1 - settings.formatWeight()) * accuracy(verdict, prompt)
                    + settings.formatWeight() * format(verdict);
        }
        final double[] advantages = settings.advEstimator().advantages(rewards);
        final List<CompletionScore> scores = new ArrayList<>();
        double spread = 0;
        for (int i = 0; i < rewards.length; i++) {
            final ParsedVerdict verdict = verdicts.get(i);
            final Map<String, Double> components =
                    new TreeMap<>(Map.of("accuracy", accuracy(verdict, prompt), "format", format(verdict)));
            scores.add(new CompletionScore(components, rewards[i], advantages[i], verdict.verdict(), verdict.reason()));
            spread = Math.max(spread, Math.abs(rewards[i] - rewards[0]));
        }
        return new ScoredGroup(
                group,
                settings.name(),
                settings.version(),
                scores,
                spread < NO_SPREAD,
                (System.nanoTime() - start) / 1e6);
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

    private static ParsedVerdict parse(final Completion completion, final PromptRequest prompt) {
        return completion.getFinishReason() == FinishReason.STOP
                ? VerdictParser.parse(completion.getText(), prompt.getLabels())
                : new ParsedVerdict(false, null, "cut at the token limit");
    }

    private static double accuracy(final ParsedVerdict verdict, final PromptRequest prompt) {
        return prompt.getReference().equals(verdict.verdict()) ? 1 : 0;
    }

    private static double format(final ParsedVerdict verdict) {
        return verdict.wellFormed() ? 1 : 0;
    }
}

package org.mtrljudge.learner.event;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * The verdicts of a model on an example.
 *
 * @param label the right verdict, as its type reads it
 * @param pairId the id of the question; the examples with other orders of the question have the same id
 * @param grade a grade from a human, where the data has one
 * @param verdicts one verdict per sample, null for a sample without one; empty where the prompt could not be processed
 * @param probabilities per sample: how probable its verdict was for the judge, 0..1; null for a sample without an answer
 * @param wellFormed the number of samples in the wanted format
 * @param tokens the number of tokens of all samples
 * @param generateMs this prompt's share of the generation time of its batch
 */
public record Judgement(
        String id,
        String task,
        String label,
        VerdictType verdictType,
        @Nullable String pairId,
        @Nullable Double grade,
        List<@Nullable String> verdicts,
        List<@Nullable Double> probabilities,
        int wellFormed,
        long tokens,
        double generateMs) {

    /** Whether a verdict is right. A verifier may return any text. */
    public boolean isRight(final String verdict) {
        final String read = verdictType.read(verdict);
        return read != null && verdictType.isRight(read, label);
    }

    /** The judgement of a prompt that could not be processed. */
    public static Judgement dead(final JudgeExample example) {
        return of(example, List.of(), List.of(), 0, 0, 0);
    }

    /**
     * The judgement of a prompt whose completions were scored.
     *
     * @param decode makes text from the token ids of the model that judged
     */
    public static Judgement of(
            final JudgeExample example, final ScoredGroup group, final Function<int[], String> decode) {
        final RolloutGroup rollout = group.getRollout();
        final List<@Nullable String> verdicts = new ArrayList<>();
        final List<@Nullable Double> probabilities = new ArrayList<>();
        int wellFormed = 0;
        long tokens = 0;
        for (int i = 0; i < group.getScores().size(); i++) {
            final CompletionScore score = group.getScores().get(i);
            verdicts.add(score.getVerdict());
            probabilities.add(VerdictProbability.of(
                    rollout.getCompletions().get(i), example.verdictType(), example.reading(), decode));
            wellFormed += score.getComponents().getOrDefault("format", 0.0) == 1 ? 1 : 0;
            tokens += rollout.getCompletions().get(i).getTokens().remaining() / Integer.BYTES;
        }
        return of(example, verdicts, probabilities, wellFormed, tokens, rollout.getGenerateMs());
    }

    private static Judgement of(
            final JudgeExample example,
            final List<@Nullable String> verdicts,
            final List<@Nullable Double> probabilities,
            final int wellFormed,
            final long tokens,
            final double generateMs) {
        return new Judgement(
                example.id(),
                example.task(),
                example.answer(),
                example.verdictType(),
                example.pairId(),
                example.grade(),
                verdicts,
                probabilities,
                wellFormed,
                tokens,
                generateMs);
    }
}

package org.mtrljudge.learner.event;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.RolloutGroup;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.tasks.JudgeExample;

/**
 * What a model said about an example.
 *
 * @param label the right verdict
 * @param labels every verdict the task allows
 * @param pairId the example with the other order of the same question has the same one
 * @param grade a human's, where the data has one
 * @param verdicts one for each sample, null where there was none; empty where the prompt could not be processed
 * @param wellFormed samples in the wanted format
 * @param tokens of all samples
 * @param generateMs this prompt's share of its batch's generation time
 */
public record Judgement(
        String id,
        String task,
        String label,
        List<String> labels,
        @Nullable String pairId,
        @Nullable Double grade,
        List<@Nullable String> verdicts,
        int wellFormed,
        long tokens,
        double generateMs) {

    /** Of a prompt that could not be processed. */
    public static Judgement dead(final JudgeExample example) {
        return of(example, List.of(), 0, 0, 0);
    }

    /** Of a prompt whose completions were scored. */
    public static Judgement of(final JudgeExample example, final ScoredGroup group) {
        final RolloutGroup rollout = group.getRollout();
        final List<@Nullable String> verdicts = new ArrayList<>();
        int wellFormed = 0;
        long tokens = 0;
        for (int i = 0; i < group.getScores().size(); i++) {
            final CompletionScore score = group.getScores().get(i);
            verdicts.add(score.getVerdict());
            wellFormed += score.getComponents().getOrDefault("format", 0.0) == 1 ? 1 : 0;
            tokens += rollout.getCompletions().get(i).getTokens().remaining() / Integer.BYTES;
        }
        return of(example, verdicts, wellFormed, tokens, rollout.getGenerateMs());
    }

    private static Judgement of(
            final JudgeExample example,
            final List<@Nullable String> verdicts,
            final int wellFormed,
            final long tokens,
            final double generateMs) {
        return new Judgement(
                example.id(),
                example.task(),
                example.answer(),
                example.labels(),
                example.pairId(),
                example.grade(),
                verdicts,
                wellFormed,
                tokens,
                generateMs);
    }
}

package org.mtrljudge.learner.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.model.input.EncodedPrompt;
import org.mtrljudge.model.input.PackedGroup;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.PackedArrays;

/**
 * A scored group in the form that the policy update reads. Arrays contain the completion tokens of the group, completion by
 * completion.
 *
 * @param task the task of the prompt
 * @param policyVersion the policy version that sampled the completions
 * @param behaviour the log-probabilities under that version: {@code [tokens]}
 * @param advantages one advantage per completion: {@code [group]}
 */
public record LearnedGroup(
        String task,
        int policyVersion,
        PackedGroup packed,
        float[] behaviour,
        double[] advantages,
        boolean zeroSpread) {

    /** @param prompt the prompt of the group, as the model reads it */
    public static LearnedGroup of(final EncodedPrompt prompt, final ScoredGroup group) {
        final List<int[]> completions = new ArrayList<>();
        final List<Completion> rolled = group.getRollout().getCompletions();
        final ByteBuffer logProbs = ByteBuffer.allocate(
                rolled.stream().mapToInt(c -> c.getLogProbs().remaining()).sum());
        for (final Completion completion : rolled) {
            completions.add(PackedArrays.toInts(completion.getTokens()));
            logProbs.put(completion.getLogProbs().duplicate());
        }
        final List<CompletionScore> scores = group.getScores();
        return new LearnedGroup(
                group.getRollout().getPrompt().getTask(),
                group.getRollout().getPolicyVersion(),
                new PackedGroup(prompt, completions),
                PackedArrays.toFloats(logProbs.flip()),
                scores.stream().mapToDouble(CompletionScore::getAdvantage).toArray(),
                group.getZeroSpread());
    }
}

package org.mtrljudge.learner.algorithm;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.mtrljudge.model.config.ModelException;
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

    /**
     * Unpacks a group from the log. Any program may have written it.
     *
     * @param prompt the prompt of the group, as the model reads it
     * @param vocabulary the number of token ids that the model has
     * @throws ModelException when the model cannot read a completion, or a log-probability is no finite number
     */
    public static LearnedGroup of(final EncodedPrompt prompt, final ScoredGroup group, final int vocabulary) {
        final List<int[]> completions = new ArrayList<>();
        final List<Completion> rolled = group.getRollout().getCompletions();
        final ByteBuffer logProbs = ByteBuffer.allocate(
                rolled.stream().mapToInt(c -> c.getLogProbs().remaining()).sum());
        for (final Completion completion : rolled) {
            completions.add(tokens(completion, vocabulary));
            logProbs.put(completion.getLogProbs().duplicate());
        }
        final float[] behaviour = finite(PackedArrays.toFloats(logProbs.flip()));
        final List<CompletionScore> scores = group.getScores();
        return new LearnedGroup(
                group.getRollout().getPrompt().getTask(),
                group.getRollout().getPolicyVersion(),
                new PackedGroup(prompt, completions),
                behaviour,
                scores.stream().mapToDouble(CompletionScore::getAdvantage).toArray(),
                group.getZeroSpread());
    }

    /**
     * Divides the group, completion by completion, into parts that have at most that many positions where one completion does not have
     * more. Each part begins with the prompt.
     */
    List<LearnedGroup> parts(final int maxTokens) {
        final List<LearnedGroup> parts = new ArrayList<>();
        final List<int[]> all = packed.completions();
        int from = 0;
        long positions = packed.prompt().length();
        for (int c = 0; c < all.size(); c++) {
            final int own = all.get(c).length - 1;
            if (c > from && positions + own > maxTokens) {
                parts.add(part(from, c));
                from = c;
                positions = packed.prompt().length();
            }
            positions += own;
        }
        parts.add(from == 0 ? this : part(from, all.size()));
        return parts;
    }

    private LearnedGroup part(final int from, final int to) {
        final PackedGroup own =
                new PackedGroup(packed.prompt(), packed.completions().subList(from, to));
        final int before = packed.completions().subList(0, from).stream()
                .mapToInt(c -> c.length)
                .sum();
        return new LearnedGroup(
                task,
                policyVersion,
                own,
                Arrays.copyOfRange(behaviour, before, before + own.completionTokens()),
                Arrays.copyOfRange(advantages, from, to),
                zeroSpread);
    }

    private static int[] tokens(final Completion completion, final int vocabulary) {
        final int[] tokens = PackedArrays.toInts(completion.getTokens());
        if (tokens.length == 0) {
            throw new ModelException("a completion has no tokens");
        }
        for (final int token : tokens) {
            if (token < 0 || token >= vocabulary) {
                throw new ModelException("a completion has the token id " + token
                        + ", but the ids of the model are 0 to " + (vocabulary - 1) + ": another model sampled it");
            }
        }
        return tokens;
    }

    private static float[] finite(final float[] logProbs) {
        for (final float logProb : logProbs) {
            if (!Float.isFinite(logProb)) {
                throw new ModelException("a token has the log-probability " + logProb);
            }
        }
        return logProbs;
    }
}

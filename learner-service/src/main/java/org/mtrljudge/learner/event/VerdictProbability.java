package org.mtrljudge.learner.event;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.tasks.verdict.VerdictParser;
import org.mtrljudge.tasks.verdict.VerdictReading;
import org.mtrljudge.tasks.verdict.VerdictType;

/** How probable the tokens of a verdict were for the judge, after all that it had written before. */
final class VerdictProbability {
    private VerdictProbability() {}

    /**
     * @param type reads the verdict that {@code reading} finds
     * @param decode makes text from token ids
     * @return 0..1, at the temperature at which the completion was sampled (1 where it was greedy); null where the completion has no verdict
     */
    static @Nullable Double of(
            final Completion completion,
            final VerdictType type,
            final VerdictReading reading,
            final Function<int[], String> decode) {
        final int[] tokens = PackedArrays.toInts(completion.getTokens());
        final float[] logProbs = PackedArrays.toFloats(completion.getLogProbs());
        final VerdictParser.Span answer = VerdictParser.place(completion.getText(), type, reading);
        if (answer == null) {
            return null;
        }
        // the text begins with what the chat template wrote of the answer, which no token did
        final int before = completion.getText().length() - decode.apply(tokens).length();
        final int first = tokensFor(answer.start() + 1 - before, tokens, decode) - 1;
        final int end = tokensFor(answer.end() - before, tokens, decode);
        double sum = 0;
        for (int i = Math.max(0, first); i < end; i++) {
            sum += logProbs[i];
        }
        return Math.exp(sum);
    }

    /** The smallest number of tokens whose text has this length: a binary search, because more tokens never make less text. */
    private static int tokensFor(final int length, final int[] tokens, final Function<int[], String> decode) {
        int low = 0;
        int high = tokens.length;
        while (low < high) {
            final int middle = (low + high) >>> 1;
            if (decode.apply(Arrays.copyOf(tokens, middle)).length() >= length) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}

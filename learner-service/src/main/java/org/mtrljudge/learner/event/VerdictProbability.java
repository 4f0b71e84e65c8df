package org.mtrljudge.learner.event;

import java.util.Arrays;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.Completion;
import org.mtrljudge.schemas.codec.PackedArrays;
import org.mtrljudge.tasks.verdict.VerdictParser;

/** How probable the tokens of a verdict were for the judge, after all that it had written before. */
final class VerdictProbability {
    private VerdictProbability() {}

    /**
     * @param decode makes text from token ids
     * @return 0..1, at the temperature at which the completion was sampled (1 where it was greedy); null where the completion has no answer
     */
    static @Nullable Double of(final Completion completion, final Function<int[], String> decode) {
        final int[] tokens = PackedArrays.toInts(completion.getTokens());
        final float[] logProbs = PackedArrays.toFloats(completion.getLogProbs());
        final VerdictParser.Span answer = VerdictParser.answer(completion.getText());
        if (answer == null || answer.start() == answer.end()) {
            return null;
        }
        final int first = tokensFor(answer.start() + 1, tokens, decode) - 1;
        final int end = tokensFor(answer.end(), tokens, decode);
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

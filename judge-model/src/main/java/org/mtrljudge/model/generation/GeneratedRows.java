package org.mtrljudge.model.generation;

import ai.djl.ndarray.NDList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.mtrljudge.model.input.JudgeTokenizer;

/** Converts the result of a {@link Generation}: tokens {@code [rows, length]}, −1 after the end of a row, and log-probabilities. */
public final class GeneratedRows {
    private final long[] tokens;
    private final float[] logProbs;
    private final int length;
    private final JudgeTokenizer tokenizer;
    private final Set<Integer> stopTokens;
    private final String opening;
    private final List<GeneratedCompletion.Span> spans;

    /** @param opening what the chat template wrote of every answer: the text of a completion begins with it, its tokens do not */
    public GeneratedRows(
            final NDList result,
            final JudgeTokenizer tokenizer,
            final Set<Integer> stopTokens,
            final String opening,
            final List<GeneratedCompletion.Span> spans) {
        this.spans = spans;
        this.tokens = result.get(0).toLongArray();
        this.logProbs = result.get(1).toFloatArray();
        this.length = Math.toIntExact(result.get(0).getShape().get(1));
        this.tokenizer = tokenizer;
        this.stopTokens = stopTokens;
        this.opening = opening;
    }

    /** The completions in groups of that size. */
    public List<List<GeneratedCompletion>> groups(final int groupSize) {
        final List<List<GeneratedCompletion>> groups = new ArrayList<>();
        for (int row = 0; row < tokens.length / length; row += groupSize) {
            final List<GeneratedCompletion> group = new ArrayList<>();
            for (int g = 0; g < groupSize; g++) {
                group.add(completion((row + g) * length));
            }
            groups.add(group);
        }
        return groups;
    }

    private GeneratedCompletion completion(final int from) {
        int end = from;
        while (end < from + length && tokens[end] >= 0) {
            end++;
        }
        final int[] ids = new int[end - from];
        for (int i = 0; i < ids.length; i++) {
            ids[i] = (int) tokens[from + i];
        }
        final boolean finished = stopTokens.contains(ids[ids.length - 1]);
        return new GeneratedCompletion(
                ids,
                Arrays.copyOfRange(logProbs, from, end),
                opening + tokenizer.decode(ids),
                finished,
                spansOf(ids.length));
    }

    /** The spans of a row with that number of tokens; a row may end before the others. */
    private List<GeneratedCompletion.Span> spansOf(final int tokens) {
        final List<GeneratedCompletion.Span> own = new ArrayList<>();
        int left = tokens;
        for (final GeneratedCompletion.Span span : spans) {
            if (left > 0) {
                own.add(new GeneratedCompletion.Span(span.mark(), Math.min(left, span.tokens())));
                left -= span.tokens();
            }
        }
        return own;
    }
}

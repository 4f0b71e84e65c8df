package org.mtrljudge.model.generation;

import java.util.List;

/**
 * One completion as it was drawn.
 *
 * @param tokens its ids, the end token included when it was reached
 * @param logProbs the behaviour log-probability of each token at the sampling temperature, before top-p cut the tail
 * @param finished whether the end token was reached, rather than the limit
 * @param spans tokens in their order by the mark of the piece they were drawn in
 */
public record GeneratedCompletion(int[] tokens, float[] logProbs, String text, boolean finished, List<Span> spans) {

    /** So many tokens in a row were drawn in pieces of that mark. */
    public record Span(int mark, int tokens) {}
}

package org.mtrljudge.model.generation;

import java.util.List;

/**
 * One generated completion.
 *
 * @param tokens the token ids, with the end token if it was sampled
 * @param logProbs the behaviour log-probability of each token: at the sampling temperature, before top-p removes the tail
 * @param finished whether the end token was sampled before the limit of tokens
 * @param spans the numbers of tokens that were sampled with the same mark, in the order of the tokens
 */
public record GeneratedCompletion(int[] tokens, float[] logProbs, String text, boolean finished, List<Span> spans) {

    /** A sequence of tokens that were sampled in pieces with the same mark. */
    public record Span(int mark, int tokens) {}
}

package org.mtrljudge.model;

/**
 * One completion as it was drawn.
 *
 * @param tokens its ids, the end token included when it was reached
 * @param logProbs the behaviour log-probability of each token at the sampling temperature, before top-p cut the tail
 * @param finished whether the end token was reached, rather than the limit
 */
public record GeneratedCompletion(int[] tokens, float[] logProbs, String text, boolean finished) {}

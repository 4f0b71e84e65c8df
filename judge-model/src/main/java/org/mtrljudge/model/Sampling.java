package org.mtrljudge.model;

/**
 * How completions are drawn.
 *
 * @param temperature 0 is greedy
 * @param topP the mass of tokens to draw from, 1 for all
 */
public record Sampling(double temperature, double topP, int maxNewTokens) {}

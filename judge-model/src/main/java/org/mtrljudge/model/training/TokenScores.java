package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;

/**
 * The scores of each completion token of packed groups, in the order of the groups and their completions.
 *
 * @param logProbs {@code [tokens]}, float32; in a backward pass they have gradients
 * @param entropies {@code [tokens]}, float32: the entropy of the distribution at each token, in nats
 */
public record TokenScores(NDArray logProbs, NDArray entropies) {}

package org.mtrljudge.model.training;

import ai.djl.ndarray.NDArray;

/**
 * What a forward over packed groups says of each completion token, in the order of the groups and their completions.
 *
 * @param logProbs {@code [tokens]}, float32; carries gradients in training mode
 * @param entropies {@code [tokens]}, float32, of the distribution each token was drawn from, in nats
 */
public record TokenScores(NDArray logProbs, NDArray entropies) {}

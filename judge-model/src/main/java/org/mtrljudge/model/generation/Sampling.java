package org.mtrljudge.model.generation;

import java.util.SplittableRandom;

/**
 * The settings of sampling.
 *
 * @param temperature 0 always takes the most likely token (greedy)
 * @param topP the probability mass of the tokens that can be sampled; 1 for all tokens
 * @param maxNewTokens the limit of tokens per completion
 */
public record Sampling(double temperature, double topP, int maxNewTokens) {
    /** The uniform numbers that the tokens of a prompt's completions are sampled with, {@code [groupSize][maxNewTokens]}. */
    float[][] uniforms(final long seed, final int groupSize) {
        final SplittableRandom random = new SplittableRandom(seed);
        final float[][] uniforms = new float[groupSize][maxNewTokens];
        for (final float[] row : uniforms) {
            for (int i = 0; i < row.length; i++) {
                row[i] = (random.nextInt() >>> 8) * 0x1p-24f;
            }
        }
        return uniforms;
    }
}

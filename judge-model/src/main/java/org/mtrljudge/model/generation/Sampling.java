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
    /** The uniform numbers that tokens are sampled with, {@code [seeds * groupSize, maxNewTokens]}. Each prompt has its own seed. */
    float[] uniforms(final long[] seeds, final int groupSize) {
        final int each = groupSize * maxNewTokens;
        final float[] uniforms = new float[seeds.length * each];
        for (int row = 0; row < seeds.length; row++) {
            final SplittableRandom random = new SplittableRandom(seeds[row]);
            for (int i = 0; i < each; i++) {
                uniforms[row * each + i] = (random.nextInt() >>> 8) * 0x1p-24f;
            }
        }
        return uniforms;
    }
}

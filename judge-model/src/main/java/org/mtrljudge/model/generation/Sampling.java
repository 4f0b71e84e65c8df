package org.mtrljudge.model.generation;

import java.util.SplittableRandom;

/**
 * How completions are drawn.
 *
 * @param temperature 0 is greedy
 * @param topP the mass of tokens to draw from, 1 for all
 */
public record Sampling(double temperature, double topP, int maxNewTokens) {
    /** Uniform numbers {@code [seeds * groupSize, maxNewTokens]} that tokens are drawn with, for each prompt from its own seed. */
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

package org.mtrljudge.tasks.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * How a bootstrap draws prompts, or repetitions of a training, with replacement. A cluster is drawn as a whole, because its prompts are not independent: the two orders of
 * one question. A stratum keeps its number of clusters in every draw: a task is not drawn more often than it was tested.
 */
final class Resampling {
    /** By stratum and cluster: the indices of the samples, {@code [cluster][sample]}. */
    private final List<List<int[]>> strata = new ArrayList<>();

    private int samples;

    /** Every sample is a cluster of its own, in one stratum. */
    static Resampling of(final int samples) {
        final List<@Nullable Object> alone = new ArrayList<>();
        for (int i = 0; i < samples; i++) {
            alone.add(null);
        }
        return new Resampling().and(alone);
    }

    /**
     * Adds a stratum. Its samples have the indices that follow those of the strata before.
     *
     * @param clusters per sample: samples with an equal key are one cluster; a sample with null is a cluster of its own
     */
    Resampling and(final List<? extends @Nullable Object> clusters) {
        final Map<Object, List<Integer>> byKey = new LinkedHashMap<>();
        for (final Object key : clusters) {
            byKey.computeIfAbsent(key == null ? new Object() : key, k -> new ArrayList<>())
                    .add(samples++);
        }
        strata.add(byKey.values().stream()
                .map(own -> own.stream().mapToInt(Integer::intValue).toArray())
                .toList());
        return this;
    }

    int samples() {
        return samples;
    }

    int[] all() {
        return IntStream.range(0, samples).toArray();
    }

    int[] draw(final SplittableRandom random) {
        final IntStream.Builder drawn = IntStream.builder();
        for (final List<int[]> clusters : strata) {
            for (int i = 0; i < clusters.size(); i++) {
                for (final int sample : clusters.get(random.nextInt(clusters.size()))) {
                    drawn.add(sample);
                }
            }
        }
        return drawn.build().toArray();
    }
}

package org.mtrljudge.learner.algorithm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.ToIntFunction;
import org.mtrljudge.model.input.PackedGroup;

/** Divides the groups of an update into micro-batches. Micro-batches limit memory; the update is the same, except for rounding. */
final class MicroBatches {
    private MicroBatches() {}

    /** Divides groups that have more positions than a micro-batch. The prompt is in every part of a group. */
    static List<LearnedGroup> parts(final List<LearnedGroup> groups, final int maxTokens) {
        return groups.stream().flatMap(g -> g.parts(maxTokens).stream()).toList();
    }

    /**
     * Puts groups into as few micro-batches as possible, the longest first.
     *
     * @param groups at least one group
     * @param maxTokens the maximum number of positions per micro-batch; a longer group is alone in its micro-batch
     */
    static List<List<LearnedGroup>> of(final List<LearnedGroup> groups, final int maxTokens) {
        return divided(groups, group -> group.packed().positions(), maxTokens);
    }

    /** The same for demonstrations. */
    static List<List<PackedGroup>> ofDemonstrations(final List<PackedGroup> demonstrations, final int maxTokens) {
        return divided(demonstrations, PackedGroup::positions, maxTokens);
    }

    private static <T> List<List<T>> divided(
            final List<T> groups, final ToIntFunction<T> positionsOf, final int maxTokens) {
        final List<T> sorted = new ArrayList<>(groups);
        sorted.sort(Comparator.comparingInt(g -> -positionsOf.applyAsInt(g)));
        final List<List<T>> batches = new ArrayList<>();
        List<T> open = new ArrayList<>();
        long positions = 0;
        for (final T group : sorted) {
            positions += positionsOf.applyAsInt(group);
            if (!open.isEmpty() && positions > maxTokens) {
                batches.add(open);
                open = new ArrayList<>();
                positions = positionsOf.applyAsInt(group);
            }
            open.add(group);
        }
        batches.add(open);
        return batches;
    }
}

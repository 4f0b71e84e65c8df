package org.mtrljudge.learner.algorithm;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Divides the groups of an update into micro-batches. Micro-batches limit memory; the update is the same, except for rounding. */
final class MicroBatches {
    private MicroBatches() {}

    /**
     * Puts groups of similar width together, the widest first, so that a micro-batch contains little padding.
     *
     * @param groups at least one group
     * @param maxTokens the maximum number of packed positions per micro-batch, padding included; a wider group is alone in
     *     its micro-batch
     */
    static List<List<LearnedGroup>> of(final List<LearnedGroup> groups, final int maxTokens) {
        final List<LearnedGroup> sorted = new ArrayList<>(groups);
        sorted.sort(Comparator.comparingInt(g -> -g.packed().width()));
        final List<List<LearnedGroup>> batches = new ArrayList<>();
        List<LearnedGroup> open = new ArrayList<>();
        for (final LearnedGroup group : sorted) {
            if (!open.isEmpty() && open.get(0).packed().width() * (open.size() + 1) > maxTokens) {
                batches.add(open);
                open = new ArrayList<>();
            }
            open.add(group);
        }
        batches.add(open);
        return batches;
    }
}

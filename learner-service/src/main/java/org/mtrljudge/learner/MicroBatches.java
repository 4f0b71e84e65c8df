package org.mtrljudge.learner;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Cuts the groups of an update into micro-batches. They bound memory; the update is the same, up to rounding. */
final class MicroBatches {
    private MicroBatches() {}

    /**
     * Puts groups of similar width together, widest first, so that little of a micro-batch is padding.
     *
     * @param groups at least one
     * @param maxTokens packed positions of a micro-batch, padding included; a single wider group is a micro-batch of its own
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

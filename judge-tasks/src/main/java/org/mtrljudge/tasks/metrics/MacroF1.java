package org.mtrljudge.tasks.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Counts the verdicts of one task against their labels. A verdict that is missing or none of the labels is a false negative for its
 * label and a false positive for no label, so a judge cannot gain by it.
 */
public final class MacroF1 implements Figure {
    /** Its name in metrics. */
    public static final String NAME = "macro_f1";

    // by label: true positives, false positives, false negatives
    private final Map<String, int[]> counts = new LinkedHashMap<>();

    public MacroF1(final List<String> labels) {
        labels.forEach(label -> counts.put(label, new int[3]));
    }

    /** Continues from the saved {@link #counts}. */
    public MacroF1(final Map<String, int[]> counts) {
        counts.forEach((label, own) -> this.counts.put(label, own.clone()));
    }

    @Override
    public String name() {
        return NAME;
    }

    /** The counts by label: true positives, false positives, false negatives. */
    public Map<String, int[]> counts() {
        final Map<String, int[]> copy = new LinkedHashMap<>();
        counts.forEach((label, own) -> copy.put(label, own.clone()));
        return copy;
    }

    /**
     * @param verdict the verdict; null when the judge gave none. A verifier may return any text
     * @throws IllegalArgumentException when the label of the example is none of the labels
     */
    @Override
    public void add(final String label, final @Nullable String verdict) {
        final int[] own = countsOf(label);
        if (label.equals(verdict)) {
            own[0]++;
            return;
        }
        own[2]++;
        final int[] others = verdict == null ? null : counts.get(verdict);
        if (others != null) {
            others[1]++;
        }
    }

    private int[] countsOf(final String label) {
        final int[] found = counts.get(label);
        if (found == null) {
            throw new IllegalArgumentException("'" + label + "' is none of the labels " + counts.keySet());
        }
        return found;
    }

    /** The mean over labels of 2·tp / (2·tp + fp + fn), 0..1; a label that occurs neither as label nor as verdict counts 0. */
    @Override
    public double value() {
        return counts.values().stream()
                .mapToDouble(c -> c[0] == 0 ? 0 : 2.0 * c[0] / (2.0 * c[0] + c[1] + c[2]))
                .average()
                .orElse(0);
    }

    @Override
    public double accuracy() {
        final int right = counts.values().stream().mapToInt(c -> c[0]).sum();
        return samples() == 0 ? 0 : (double) right / samples();
    }

    @Override
    public int samples() {
        return counts.values().stream().mapToInt(c -> c[0] + c[2]).sum();
    }
}

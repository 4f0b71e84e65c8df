package org.mtrljudge.tasks.metrics;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A verdict beside its label.
 *
 * @param verdict null where the judge gave none
 */
public record Verdict(String label, @Nullable String verdict) {
    public boolean isRight() {
        return label.equals(verdict);
    }

    /** Those of them at these places, counted. */
    static MacroF1 count(final List<Verdict> verdicts, final List<String> labels, final int[] places) {
        final MacroF1 counts = new MacroF1(labels);
        for (final int place : places) {
            counts.add(verdicts.get(place).label, verdicts.get(place).verdict);
        }
        return counts;
    }

    /**
     * What most of a prompt's samples say; null where the most frequent verdict is not the only one, or none was given.
     *
     * @param samples verdicts on one prompt, null where one gave none
     */
    public static @Nullable String majority(final List<@Nullable String> samples) {
        String leading = null;
        long most = 0;
        boolean alone = false;
        for (final String candidate : new ArrayList<>(samples)) {
            final long votes = candidate == null
                    ? 0
                    : samples.stream().filter(candidate::equals).count();
            if (votes > most) {
                leading = candidate;
                most = votes;
                alone = true;
            } else if (votes == most && candidate != null && !candidate.equals(leading)) {
                alone = false;
            }
        }
        return alone ? leading : null;
    }

    /** The share of a prompt's samples that say the most frequent verdict, 0..1: self-consistency. */
    public static double agreement(final List<@Nullable String> samples) {
        return samples.stream()
                        .mapToLong(s -> s == null
                                ? 0
                                : samples.stream().filter(s::equals).count())
                        .max()
                        .orElse(0)
                / (double) Math.max(1, samples.size());
    }
}

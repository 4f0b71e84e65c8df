package org.mtrljudge.tasks.metrics;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * A verdict and its label.
 *
 * @param verdict the verdict; null when the judge gave none
 * @param pairId the id of the question that was asked in both orders; null for any other question
 */
public record Verdict(
        String label, @Nullable String verdict, @Nullable String pairId) {

    /** A verdict on a question that was asked in one order. */
    public Verdict(final String label, final @Nullable String verdict) {
        this(label, verdict, null);
    }

    public boolean isRight() {
        return label.equals(verdict);
    }

    /** Counts the verdicts at these indices. */
    static Figure count(final List<Verdict> verdicts, final VerdictType type, final int[] places) {
        final Figure counts = Figure.of(type);
        for (final int place : places) {
            final String verdict = verdicts.get(place).verdict;
            counts.add(type.label(verdicts.get(place).label), verdict == null ? null : type.label(verdict));
        }
        return counts;
    }

    /** The verdict of several samples: of scores the median (of two in the middle the lower), else the most frequent label. */
    public static @Nullable String of(final List<@Nullable String> samples, final VerdictType type) {
        if (type instanceof Score) {
            final List<String> scores = samples.stream()
                    .map(sample -> sample == null ? null : type.read(sample))
                    .filter(Objects::nonNull)
                    .sorted(Comparator.comparingDouble(Double::parseDouble))
                    .toList();
            return scores.isEmpty() ? null : scores.get((scores.size() - 1) / 2);
        }
        return majority(labels(samples, type));
    }

    /** What the samples choose, without their reasons in a rubric. */
    public static List<@Nullable String> labels(final List<@Nullable String> samples, final VerdictType type) {
        final List<@Nullable String> labels = new ArrayList<>();
        samples.forEach(sample -> labels.add(sample == null ? null : type.label(sample)));
        return labels;
    }

    /**
     * The most frequent verdict among the samples of a prompt; null when two verdicts are equally frequent, or no verdict was given.
     *
     * @param samples the verdicts on one prompt; null for a sample without a verdict
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

    /** Self-consistency: the share of the samples of a prompt that give the most frequent verdict, 0..1. */
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

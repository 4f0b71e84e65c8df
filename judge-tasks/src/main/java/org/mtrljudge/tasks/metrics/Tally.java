package org.mtrljudge.tasks.metrics;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Counts how often each verdict was given where another was right. Of scores it tells Spearman's rank correlation, of rankings the share of
 * right relations between two things. A missing verdict has no right relation; missing scores shrink a positive correlation by their share.
 */
public final class Tally implements Figure {
    private static final String NONE = "";

    private final VerdictType type;
    /** By right verdict, then by given verdict. */
    private final Map<String, Map<String, Integer>> counts = new LinkedHashMap<>();

    /**
     * What was counted, in the form of a checkpoint.
     *
     * @param counts by right verdict, then by given verdict, which is empty for a missing one
     */
    public record Counts(
            @Required VerdictType type, @Required Map<String, Map<String, Integer>> counts) {}

    Tally(final VerdictType type) {
        this.type = type;
    }

    /** Continues from the saved {@link #counts}. */
    public Tally(final Counts saved) {
        this.type = saved.type;
        saved.counts.forEach((reference, given) -> counts.put(reference, new LinkedHashMap<>(given)));
    }

    public Counts counts() {
        final Map<String, Map<String, Integer>> copy = new LinkedHashMap<>();
        counts.forEach((reference, given) -> copy.put(reference, new LinkedHashMap<>(given)));
        return new Counts(type, copy);
    }

    @Override
    public String name() {
        return type instanceof Score ? "spearman" : "relations";
    }

    /** A verdict that is none of the type is a missing one: a verifier may return any text. */
    @Override
    public void add(final String reference, final @Nullable String verdict) {
        final String read = verdict == null ? null : type.read(verdict);
        counts.computeIfAbsent(right(reference), r -> new LinkedHashMap<>())
                .merge(read == null ? NONE : read, 1, Integer::sum);
    }

    private String right(final String reference) {
        final String read = type.readReference(reference);
        if (read == null) {
            throw new IllegalArgumentException("'" + reference + "' is not " + type.allowed());
        }
        return read;
    }

    @Override
    public double value() {
        if (type instanceof Score) {
            final double spearman = spearman();
            return spearman < 0 ? spearman : given() * spearman;
        }
        return mean(type::closeness);
    }

    @Override
    public double accuracy() {
        return mean((verdict, reference) -> type.isRight(verdict, reference) ? 1 : 0);
    }

    @Override
    public int samples() {
        return counts.values().stream()
                .flatMap(given -> given.values().stream())
                .mapToInt(n -> n)
                .sum();
    }

    /** Compares a given verdict with the right one. */
    private interface Credit {
        double of(String verdict, String reference);
    }

    private double mean(final Credit credit) {
        double sum = 0;
        for (final Map.Entry<String, Map<String, Integer>> right : counts.entrySet()) {
            for (final Map.Entry<String, Integer> given : right.getValue().entrySet()) {
                sum += given.getKey().equals(NONE) ? 0 : given.getValue() * credit.of(given.getKey(), right.getKey());
            }
        }
        return samples() == 0 ? 0 : sum / samples();
    }

    /** The share of samples with a verdict. */
    private double given() {
        return mean((verdict, reference) -> 1);
    }

    /** 0 where it is not defined: one side is constant, or there are fewer than two scores. */
    private double spearman() {
        final List<Double> said = new ArrayList<>();
        final List<Double> right = new ArrayList<>();
        counts.forEach((reference, given) -> given.forEach((verdict, n) -> {
            for (int i = 0; i < n && !verdict.equals(NONE); i++) {
                said.add(Double.parseDouble(verdict));
                right.add(Double.parseDouble(reference));
            }
        }));
        if (said.size() < 2) {
            return 0;
        }
        final double spearman = Correlation.spearman(array(said), array(right));
        return Double.isNaN(spearman) ? 0 : spearman;
    }

    private static double[] array(final List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}

package org.mtrljudge.tasks.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;
import org.apache.commons.text.similarity.LevenshteinDistance;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * The figures of the verdicts of one task, at most 1.
 *
 * @param figure the name of the main figure, see {@link Figure#name}
 * @param main the main figure
 * @param accuracy the share of right verdicts; a missing verdict is wrong
 * @param withoutTies the accuracy on the prompts whose right verdict is no tie; null for tasks without ties
 * @param editDistance of rankings, see {@link #editDistance}; null for other tasks
 * @param labels empty for a task without labels
 */
public record TaskScores(
        String figure,
        Interval main,
        Interval accuracy,
        @Nullable Interval withoutTies,
        @Nullable Interval editDistance,
        Map<String, LabelScores> labels) {
    /** @param support the number of samples with this label */
    public record LabelScores(double precision, double recall, double f1, int support) {}

    public static TaskScores of(final List<Verdict> verdicts, final VerdictType type) {
        final Figure all = Verdict.count(
                verdicts, type, IntStream.range(0, verdicts.size()).toArray());
        return new TaskScores(
                all.name(),
                interval(
                        verdicts,
                        places -> Verdict.count(verdicts, type, places).value()),
                interval(
                        verdicts,
                        places -> Verdict.count(verdicts, type, places).accuracy()),
                type instanceof Pair pair && pair.tie() != null ? withoutTies(verdicts, pair) : null,
                type instanceof Ranking ranking ? editDistance(verdicts, ranking) : null,
                all instanceof MacroF1 counts ? labels(counts) : Map.of());
    }

    private static Map<String, LabelScores> labels(final MacroF1 counts) {
        final Map<String, LabelScores> byLabel = new LinkedHashMap<>();
        counts.counts()
                .forEach((label, c) -> byLabel.put(
                        label,
                        new LabelScores(
                                ratio(c[0], c[0] + c[1]),
                                ratio(c[0], c[0] + c[2]),
                                ratio(2 * c[0], 2 * c[0] + c[1] + c[2]),
                                c[0] + c[2])));
        return byLabel;
    }

    private static Interval withoutTies(final List<Verdict> verdicts, final Pair type) {
        final List<Verdict> decided = verdicts.stream()
                .filter(verdict -> !verdict.label().equals(type.tie()))
                .toList();
        return interval(decided, places -> Verdict.count(decided, type, places).accuracy());
    }

    /**
     * The mean over prompts of the edit distance from the right order to the given one, divided by the number of things: 0 for the right
     * order, 1 for a missing one (MLLM-as-a-Judge, arXiv 2402.04788, section 3.4). An order is the sequence of its things; those that are
     * equally good stand in the order of the alphabet.
     */
    private static Interval editDistance(final List<Verdict> verdicts, final Ranking type) {
        final double[] distances = verdicts.stream()
                .mapToDouble(verdict -> verdict.verdict() == null || type.read(verdict.verdict()) == null
                        ? 1
                        : (double) LevenshteinDistance.getDefaultInstance()
                                        .apply(
                                                sequence(String.valueOf(type.read(verdict.verdict()))),
                                                sequence(verdict.label()))
                                / type.items())
                .toArray();
        return interval(
                verdicts,
                places -> IntStream.of(places)
                        .mapToDouble(place -> distances[place])
                        .average()
                        .orElse(0));
    }

    private static String sequence(final String ranking) {
        return ranking.replaceAll("[^A-Z]", "");
    }

    /** The two orders of one question are not independent. */
    private static Interval interval(final List<Verdict> verdicts, final ToDoubleFunction<int[]> figure) {
        return Interval.of(
                new Resampling().and(verdicts.stream().map(Verdict::pairId).toList()), figure);
    }

    private static double ratio(final int part, final int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}

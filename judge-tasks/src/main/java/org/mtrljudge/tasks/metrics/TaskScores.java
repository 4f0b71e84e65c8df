package org.mtrljudge.tasks.metrics;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The figures of the verdicts of one task, all 0..1.
 *
 * @param macroF1 the mean of F1 over labels
 * @param accuracy the share of right verdicts; a missing verdict is wrong
 */
public record TaskScores(Interval macroF1, Interval accuracy, Map<String, LabelScores> labels) {
    /** @param support the number of samples with this label */
    public record LabelScores(double precision, double recall, double f1, int support) {}

    /** @param labels all verdicts that the task allows */
    public static TaskScores of(final List<Verdict> verdicts, final List<String> labels) {
        final MacroF1 counts = new MacroF1(labels);
        verdicts.forEach(v -> counts.add(v.label(), v.verdict()));
        final Map<String, LabelScores> byLabel = new LinkedHashMap<>();
        counts.counts()
                .forEach((label, c) -> byLabel.put(
                        label,
                        new LabelScores(
                                ratio(c[0], c[0] + c[1]),
                                ratio(c[0], c[0] + c[2]),
                                ratio(2 * c[0], 2 * c[0] + c[1] + c[2]),
                                c[0] + c[2])));
        // the two orders of one question are not independent
        final Resampling resampling =
                new Resampling().and(verdicts.stream().map(Verdict::pairId).toList());
        return new TaskScores(
                Interval.of(
                        resampling,
                        places -> Verdict.count(verdicts, labels, places).value()),
                Interval.of(
                        resampling,
                        places -> Verdict.count(verdicts, labels, places).accuracy()),
                byLabel);
    }

    private static double ratio(final int part, final int whole) {
        return whole == 0 ? 0 : (double) part / whole;
    }
}

package org.mtrljudge.tasks.metrics;

import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.verdict.Ranking;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/** The main figure of the verdicts of a task: macro-F1 of labels, the rank correlation of scores, or the share of right relations of rankings. */
public sealed interface Figure permits MacroF1, Tally {
    /** The figure for a type of verdicts, without any verdict. */
    static Figure of(final VerdictType type) {
        return type instanceof Score || type instanceof Ranking ? new Tally(type) : new MacroF1(type.labels());
    }

    /** The name in metrics: macro_f1, spearman or relations. */
    String name();

    /**
     * Counts a verdict.
     *
     * @param reference the right verdict; of a type with labels, its label
     * @param verdict the verdict, or its label; null when the judge gave none
     */
    void add(String reference, @Nullable String verdict);

    /** The figure, at most 1. */
    double value();

    /** The share of right verdicts, 0..1. A missing verdict is wrong. */
    double accuracy();

    int samples();
}

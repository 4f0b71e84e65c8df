package org.mtrljudge.learner.report;

import java.util.List;
import java.util.Locale;
import org.mtrljudge.learner.report.EvaluationReport.Task;
import org.mtrljudge.tasks.metrics.Calibration;
import org.mtrljudge.tasks.metrics.Correlation;
import org.mtrljudge.tasks.metrics.Interval;
import org.mtrljudge.tasks.metrics.PairScores;
import org.mtrljudge.tasks.metrics.TaskScores;

/** The statistics of one model as a table for people: percentages with their 95 % intervals. */
final class EvaluationTable {
    private final List<Task> tasks;
    private final StringBuilder table = new StringBuilder();

    EvaluationTable(final List<Task> tasks) {
        this.tasks = tasks;
    }

    String toText() {
        line("");
        line(
                "%-20s %7s  %-22s %-22s %7s %7s",
                "task",
                "prompts",
                tasks.stream().allMatch(EvaluationTable::isMacroF1) ? "macro-F1" : "macro-F1 or as named",
                "accuracy",
                "format",
                "agree");
        tasks.forEach(this::add);
        return table.toString();
    }

    private void line(final String format, final Object... values) {
        table.append(String.format(Locale.ROOT, format, values)).append('\n');
    }

    private void add(final Task task) {
        line(
                "%-20s %7d  %-22s %-22s %6.1f%% %6.1f%%",
                task.name(),
                task.prompts(),
                percent(task.scores().main())
                        + (isMacroF1(task) ? "" : " " + task.scores().figure()),
                percent(task.scores().accuracy()),
                100 * task.formatRate(),
                100 * task.agreement());
        addScores(task.scores());
        final Calibration calibration = task.calibration();
        if (calibration != null) {
            line(
                    "  probabilities of %d verdicts: expected calibration error %.1f, Brier score %.3f",
                    calibration.samples(), 100 * calibration.ece(), calibration.brier());
        }
        if (task.pairs() != null) {
            add(task.pairs());
        }
        if (task.humans() != null) {
            add(task, task.humans());
        }
        if (task.unprocessed() > 0) {
            line("  %d prompts could not be processed and count as wrong", task.unprocessed());
        }
    }

    private void addScores(final TaskScores scores) {
        scores.labels()
                .forEach((label, l) -> line(
                        "  %-18s %7d  precision %.1f recall %.1f F1 %.1f",
                        label, l.support(), 100 * l.precision(), 100 * l.recall(), 100 * l.f1()));
        if (scores.withoutTies() != null) {
            line("  accuracy where the right verdict is no tie: %s", percent(scores.withoutTies()));
        }
        if (scores.editDistance() != null) {
            line("  normalised edit distance, 0 is best: %s", percent(scores.editDistance()));
        }
    }

    private void add(final PairScores pairs) {
        line(
                "  both orders of %d questions: position consistency %s, flips %s, accuracy with ties %s, without ties %s",
                pairs.flipRate().samples(),
                percent(pairs.positionConsistency()),
                percent(pairs.flipRate()),
                percent(pairs.accuracyWithTies()),
                percent(pairs.accuracyWithoutTies()));
    }

    private void add(final Task task, final Correlation humans) {
        final boolean graded = task.graded() > 0;
        line(
                "  correlation with %s, %d of %d prompts: Spearman %.3f, Kendall %.3f, Pearson %.3f",
                graded ? "human grades" : "the right scores",
                humans.samples(),
                graded ? task.graded() : task.prompts(),
                humans.spearman(),
                humans.kendall(),
                humans.pearson());
    }

    private static boolean isMacroF1(final Task task) {
        return !task.scores().labels().isEmpty();
    }

    private static String percent(final Interval interval) {
        return String.format(
                Locale.ROOT, "%.1f [%.1f, %.1f]", 100 * interval.value(), 100 * interval.low(), 100 * interval.high());
    }
}

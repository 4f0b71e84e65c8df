package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.metrics.Interval;

/**
 * An experiment in figures, as {@code report.json} has them; every one comes from the runs' topics.
 *
 * @param cells runs that are done
 * @param planned runs there are to be
 * @param trainedTasks tasks the unified methods learn
 * @param heldOutTasks tasks that no run ever learned
 * @param results the paper's table: a method on the task it learned, and on the held-out ones where it learned all
 * @param transfer what learned a task (or all) on every task
 * @param training what each run took, and how its RL ended
 * @param curves by metric and run, over RL steps
 * @param paper the paper's own results
 */
public record ExperimentReport(
        int cells,
        int planned,
        List<Long> seeds,
        List<String> trainedTasks,
        List<String> heldOutTasks,
        Map<String, String> standsFor,
        List<Row> results,
        List<Row> transfer,
        List<Training> training,
        Map<String, Map<String, SortedMap<Integer, Double>>> curves,
        PaperResults paper) {
    /**
     * A figure over repetitions, 0..1.
     *
     * @param macroF1 the mean over seeds, its 95 % interval over prompts and their number
     * @param bySeed each repetition's
     */
    public record Score(Interval macroF1, List<Double> bySeed) {
        /** How far the repetitions lie apart: the standard deviation; 0 of a single one. */
        double deviation() {
            final double mean = bySeed.stream().mapToDouble(v -> v).average().orElse(0);
            final double squares =
                    bySeed.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            return bySeed.size() < 2 ? 0 : Math.sqrt(squares / (bySeed.size() - 1));
        }
    }

    /**
     * @param learned the task it was trained on; null: all, or none
     * @param tasks by task
     * @param mean of the trained tasks; null where one of them is missing
     * @param formatRate of all test completions, 0..1
     * @param responseLength their mean, in tokens
     */
    public record Row(
            String method,
            @Nullable String learned,
            Map<String, Score> tasks,
            @Nullable Score mean,
            double formatRate,
            double responseLength) {}

    /**
     * @param prompts learned by RL
     * @param tokens generated for RL
     * @param atEnd RL's metrics, the mean over the last tenth of its steps
     */
    public record Training(
            String method,
            @Nullable String learned,
            long seed,
            int sftSteps,
            int rlSteps,
            double prompts,
            double tokens,
            double seconds,
            Map<String, Double> atEnd) {}

    /** The paper's table for a terminal: macro-F1 in percent, the mean over seeds. */
    public String toTable() {
        final List<String> tasks = new ArrayList<>(trainedTasks);
        tasks.addAll(heldOutTasks);
        final StringBuilder table = new StringBuilder(String.format("%nMacro-F1 on the test, %%%n%-16s", "method"));
        tasks.forEach(task -> table.append(String.format(" %14s", task)));
        table.append(String.format(" %15s%n", "mean of trained"));
        for (final Row row : results) {
            table.append(String.format("%-16s", row.method));
            tasks.forEach(task -> table.append(String.format(" %14s", percent(row.tasks.get(task)))));
            table.append(String.format(" %15s%n", percent(row.mean)));
        }
        return table.append("\n").toString();
    }

    private static String percent(final @Nullable Score score) {
        return score == null ? "–" : String.format(Locale.ROOT, "%.1f", 100 * score.macroF1.value());
    }
}

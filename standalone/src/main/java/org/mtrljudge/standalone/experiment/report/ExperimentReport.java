package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.metrics.Interval;

/**
 * The figures of an experiment, as in {@code report.json}. Every figure comes from the topics of the runs.
 *
 * @param cells the number of finished runs
 * @param planned the number of planned runs
 * @param trainedTasks the tasks that the unified methods learn
 * @param heldOutTasks the tasks that no run learns
 * @param results the table of the paper: each method on its training tasks; methods that learned all tasks also on the held-out tasks
 * @param transfer each judge, trained on one task or on all tasks, tested on every task
 * @param changes what the unified methods changed on trained and held-out tasks, from off the shelf to their end
 * @param retention the change on held-out tasks against the change on trained tasks along training, by method; empty where no validation
 *     asked the held-out tasks
 * @param training the cost of each run, and the metrics at the end of its RL
 * @param curves the curves over RL steps, by metric and run
 * @param paper the published results of the paper
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
        List<Change> changes,
        Map<String, List<Point>> retention,
        List<Training> training,
        Map<String, Map<String, SortedMap<Integer, Double>>> curves,
        PaperResults paper) {
    /**
     * A score over repetitions, 0..1.
     *
     * @param macroF1 the mean over seeds, its 95 % interval over seeds and prompts, and the number of prompts
     * @param bySeed the macro-F1 of each repetition
     */
    public record Score(Interval macroF1, List<Double> bySeed) {
        /** The standard deviation over repetitions; 0 for a single repetition. */
        double deviation() {
            final double mean = bySeed.stream().mapToDouble(v -> v).average().orElse(0);
            final double squares =
                    bySeed.stream().mapToDouble(v -> (v - mean) * (v - mean)).sum();
            return bySeed.size() < 2 ? 0 : Math.sqrt(squares / (bySeed.size() - 1));
        }
    }

    /**
     * @param learned the training task; null: all tasks, or no task
     * @param tasks the score per task
     * @param mean the mean score of the trained tasks; null when a trained task is missing
     * @param formatRate the share of well-formed test completions, 0..1
     * @param responseLength the mean length of the test completions, in tokens
     */
    public record Row(
            String method,
            @Nullable String learned,
            Map<String, Score> tasks,
            @Nullable Score mean,
            double formatRate,
            double responseLength) {}

    /**
     * The change of macro-F1 from the model off the shelf to the end of a method, −1..1.
     *
     * @param gain the mean change of the trained tasks
     * @param heldOut the change of each held-out task
     * @param retention the mean change of the held-out tasks; below 0 something was forgotten
     */
    public record Change(String method, Score gain, Map<String, Score> heldOut, Score retention) {}

    /**
     * A validation on the way, compared with the one before the first step: mean changes of macro-F1, −1..1.
     *
     * @param seeds the number of runs that came so far
     */
    public record Point(int step, double gain, double retention, int seeds) {}

    /**
     * @param prompts the prompts that RL learned
     * @param tokens the tokens that were generated for RL
     * @param atEnd the RL metrics, as means over the last tenth of the steps
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

    /** The table of the paper for a terminal: macro-F1 in percent, the mean over seeds. */
    public String toTable() {
        final List<String> tasks = new ArrayList<>(trainedTasks);
        tasks.addAll(heldOutTasks);
        final StringBuilder table = new StringBuilder(String.format("%nMacro-F1 on the test, %%%n%-26s", "method"));
        tasks.forEach(task -> table.append(String.format(" %14s", task)));
        table.append(String.format(" %15s%n", "mean of trained"));
        for (final Row row : results) {
            table.append(String.format("%-26s", row.method));
            tasks.forEach(task -> table.append(String.format(" %14s", percent(row.tasks.get(task)))));
            table.append(String.format(" %15s%n", percent(row.mean)));
        }
        return table.append("\n").toString();
    }

    private static String percent(final @Nullable Score score) {
        return score == null ? "–" : String.format(Locale.ROOT, "%.1f", 100 * score.macroF1.value());
    }
}

package org.mtrljudge.tasks.metrics;

import java.util.ArrayList;
import java.util.List;

/**
 * Macro-F1 of trainings that were repeated with other seeds and tested on the same prompts. The figure is the mean over repetitions and
 * tasks. The interval is over prompts: a drawn prompt counts with the verdicts of all repetitions. Every task keeps its number of prompts,
 * and the two orders of one question are drawn together.
 */
public final class RepeatedScores {
    /**
     * The test of one task.
     *
     * @param labels all verdicts that the task allows
     * @param runs the verdicts per repetition, in the same order of prompts
     */
    public record Task(List<String> labels, List<List<Verdict>> runs) {
        public Task {
            for (final List<Verdict> run : runs) {
                if (run.size() != runs.get(0).size()) {
                    throw new IllegalArgumentException(
                            "repetitions were tested on " + runs.get(0).size() + " and on " + run.size()
                                    + " prompts: they cannot be compared prompt by prompt");
                }
            }
        }

        int prompts() {
            return runs.get(0).size();
        }
    }

    private RepeatedScores() {}

    /** @param tasks at least one task; each has at least one repetition */
    public static Interval macroF1(final List<Task> tasks) {
        return Interval.of(resampling(tasks), places -> meanOverTasks(tasks, places));
    }

    /**
     * How much macro-F1 changed from one model to another that was tested on the same prompts. A drawn prompt counts for both, so what they
     * have in common does not widen the interval.
     *
     * @throws IllegalArgumentException when the two were not tested on the same number of prompts per task
     */
    public static Interval change(final List<Task> before, final List<Task> after) {
        final List<Integer> prompts = before.stream().map(Task::prompts).toList();
        if (!prompts.equals(after.stream().map(Task::prompts).toList())) {
            throw new IllegalArgumentException(
                    "two models that were tested on other prompts cannot be compared prompt by prompt");
        }
        return Interval.of(resampling(before), places -> meanOverTasks(after, places) - meanOverTasks(before, places));
    }

    private static Resampling resampling(final List<Task> tasks) {
        final Resampling resampling = new Resampling();
        tasks.forEach(task ->
                resampling.and(task.runs.get(0).stream().map(Verdict::pairId).toList()));
        return resampling;
    }

    private static double meanOverTasks(final List<Task> tasks, final int[] places) {
        double sum = 0;
        // the index of the first prompt of the task
        int first = 0;
        for (final Task task : tasks) {
            sum += meanOverRuns(task, first, places);
            first += task.prompts();
        }
        return sum / tasks.size();
    }

    private static double meanOverRuns(final Task task, final int first, final int[] places) {
        final List<MacroF1> counts = new ArrayList<>();
        task.runs.forEach(run -> counts.add(new MacroF1(task.labels)));
        for (final int place : places) {
            final int own = place - first;
            if (own >= 0 && own < task.prompts()) {
                for (int run = 0; run < counts.size(); run++) {
                    final Verdict verdict = task.runs.get(run).get(own);
                    counts.get(run).add(verdict.label(), verdict.verdict());
                }
            }
        }
        return counts.stream().mapToDouble(MacroF1::value).average().orElse(0);
    }
}

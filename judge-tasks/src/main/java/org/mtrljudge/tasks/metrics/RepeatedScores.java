package org.mtrljudge.tasks.metrics;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Macro-F1 of trainings that were repeated with other seeds and tested on the same prompts. The figure is the mean over repetitions and
 * tasks. The interval is over both: each draw takes repetitions and prompts with replacement, and a drawn prompt counts with the verdicts of
 * all drawn repetitions. Every task keeps its number of prompts, and the two orders of one question are drawn together. No draw is outside
 * the repetitions that there are, so with few of them the interval is rather too narrow.
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
        return interval(tasks, repetitions(tasks), drawn -> meanOverTasks(tasks, drawn));
    }

    /**
     * How much macro-F1 changed from one model to another that was tested on the same prompts. A drawn prompt counts for both, so what they
     * have in common does not widen the interval.
     *
     * @throws IllegalArgumentException when the two were not tested on the same number of prompts per task, or not repeated equally often
     */
    public static Interval change(final List<Task> before, final List<Task> after) {
        final List<Integer> prompts = before.stream().map(Task::prompts).toList();
        if (!prompts.equals(after.stream().map(Task::prompts).toList())) {
            throw new IllegalArgumentException(
                    "two models that were tested on other prompts cannot be compared prompt by prompt");
        }
        final List<Task> both = new ArrayList<>(before);
        both.addAll(after);
        return interval(before, repetitions(both), drawn -> meanOverTasks(after, drawn) - meanOverTasks(before, drawn));
    }

    private static int repetitions(final List<Task> tasks) {
        final Set<Integer> counts = tasks.stream().map(task -> task.runs.size()).collect(Collectors.toSet());
        if (counts.size() != 1) {
            throw new IllegalArgumentException(
                    "tasks were repeated " + counts + " times: they need the same number of repetitions");
        }
        return counts.iterator().next();
    }

    /** What was drawn: indices of prompts of all tasks, and indices of repetitions, with repeats. */
    private record Drawn(int[] places, int[] runs) {}

    private static Interval interval(
            final List<Task> tasks, final int repetitions, final ToDoubleFunction<Drawn> figure) {
        final Resampling resampling = new Resampling();
        tasks.forEach(task ->
                resampling.and(task.runs.get(0).stream().map(Verdict::pairId).toList()));
        final int prompts = resampling.samples();
        if (repetitions > 1) {
            // the repetitions are one more stratum, behind the prompts
            resampling.and(Collections.nCopies(repetitions, null));
        }
        final int[] only = {0};
        final Interval interval = Interval.of(resampling, all -> {
            final int[] runs = repetitions > 1
                    ? IntStream.of(all)
                            .filter(i -> i >= prompts)
                            .map(i -> i - prompts)
                            .toArray()
                    : only;
            return figure.applyAsDouble(
                    new Drawn(IntStream.of(all).filter(i -> i < prompts).toArray(), runs));
        });
        return new Interval(interval.value(), interval.low(), interval.high(), prompts);
    }

    private static double meanOverTasks(final List<Task> tasks, final Drawn drawn) {
        double sum = 0;
        // the index of the first prompt of the task
        int first = 0;
        for (final Task task : tasks) {
            sum += meanOverRuns(task, first, drawn);
            first += task.prompts();
        }
        return sum / tasks.size();
    }

    private static double meanOverRuns(final Task task, final int first, final Drawn drawn) {
        final int[] own = IntStream.of(drawn.places)
                .map(place -> place - first)
                .filter(place -> place >= 0 && place < task.prompts())
                .toArray();
        final Map<Integer, Double> byRun = new HashMap<>();
        return IntStream.of(drawn.runs)
                .mapToDouble(run -> byRun.computeIfAbsent(run, r -> macroF1(task.labels, task.runs.get(r), own)))
                .average()
                .orElse(0);
    }

    private static double macroF1(final List<String> labels, final List<Verdict> run, final int[] places) {
        final MacroF1 counts = new MacroF1(labels);
        for (final int place : places) {
            counts.add(run.get(place).label(), run.get(place).verdict());
        }
        return counts.value();
    }
}

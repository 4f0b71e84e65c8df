package org.mtrljudge.learner.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.metrics.Figure;
import org.mtrljudge.tasks.metrics.MacroF1;
import org.mtrljudge.tasks.metrics.Tally;
import org.mtrljudge.tasks.verdict.VerdictType;

/** Counts the verdicts of one policy version over a split. */
public final class Evaluation {
    private final Map<String, Figure> tasks = new LinkedHashMap<>();
    private int samples;
    private int wellFormed;
    private long tokens;
    private int dead;

    /**
     * The counts in the form of a checkpoint.
     *
     * @param tasks the counts of {@link MacroF1} by task and label
     * @param tallies the counts of the other tasks, those without labels; null in a checkpoint of an older build, which had none
     * @param dead the prompts that could not be processed
     */
    public record Counts(
            @Required Map<String, Map<String, int[]>> tasks,
            @Nullable Map<String, Tally.Counts> tallies,
            int samples,
            int wellFormed,
            long tokens,
            int dead) {}

    public Evaluation() {}

    /** Counts judgements, in their order. */
    public static Evaluation of(final List<Judgement> judgements) {
        final Evaluation evaluation = new Evaluation();
        judgements.forEach(evaluation::add);
        return evaluation;
    }

    public Evaluation(final Counts counts) {
        counts.tasks.forEach((task, labels) -> tasks.put(task, new MacroF1(labels)));
        if (counts.tallies != null) {
            counts.tallies.forEach((task, tally) -> tasks.put(task, new Tally(tally)));
        }
        this.samples = counts.samples;
        this.wellFormed = counts.wellFormed;
        this.tokens = counts.tokens;
        this.dead = counts.dead;
    }

    public Counts counts() {
        final Map<String, Map<String, int[]>> byTask = new LinkedHashMap<>();
        final Map<String, Tally.Counts> tallies = new LinkedHashMap<>();
        tasks.forEach((task, counted) -> {
            if (counted instanceof MacroF1 labels) {
                byTask.put(task, labels.counts());
            } else if (counted instanceof Tally tally) {
                tallies.put(task, tally.counts());
            }
        });
        return new Counts(byTask, tallies, samples, wellFormed, tokens, dead);
    }

    /**
     * Counts every verdict. A prompt that could not be processed is wrong for its label: if it were left out, a policy would seem better
     * the more prompts die.
     */
    void add(final Judgement judgement) {
        final VerdictType type = judgement.verdictType();
        final Figure counts = tasks.computeIfAbsent(judgement.task(), t -> Figure.of(type));
        final String right = type.label(judgement.label());
        if (judgement.verdicts().isEmpty()) {
            counts.add(right, null);
            dead++;
            return;
        }
        judgement.verdicts().forEach(verdict -> counts.add(right, verdict == null ? null : type.label(verdict)));
        samples += judgement.verdicts().size();
        wellFormed += judgement.wellFormed();
        tokens += judgement.tokens();
    }

    /** The tasks that have judgements. */
    public List<String> tasks() {
        return List.copyOf(tasks.keySet());
    }

    /** The name of the main figure of a task: macro_f1, spearman or relations; null when the task has no judgements. */
    public @Nullable String figure(final String task) {
        final Figure counts = tasks.get(task);
        return counts == null ? null : counts.name();
    }

    /** The main figure of a task in percent; null when the task has no judgements. */
    public @Nullable Double score(final String task) {
        final Figure counts = tasks.get(task);
        return counts == null ? null : 100 * counts.value();
    }

    /** The mean of the tasks' main figures, in percent. */
    public double meanScore(final List<String> of) {
        return of.stream()
                .map(this::score)
                .mapToDouble(f -> f == null ? 0 : f)
                .average()
                .orElse(0);
    }

    /** The share of completions in the wanted format, 0..1. */
    public double formatRate() {
        return samples == 0 ? 0 : (double) wellFormed / samples;
    }

    /** The number of completions. */
    public int samples() {
        return samples;
    }

    /** The number of prompts that could not be processed. They count as wrong. */
    public int dead() {
        return dead;
    }

    /** The number of completions and of prompts that could not be processed. */
    public int samples(final String task) {
        final Figure counts = tasks.get(task);
        return counts == null ? 0 : counts.samples();
    }

    public double meanResponseLength() {
        return samples == 0 ? 0 : (double) tokens / samples;
    }
}

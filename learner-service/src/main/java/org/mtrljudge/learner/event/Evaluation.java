package org.mtrljudge.learner.event;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.metrics.MacroF1;

/** Counts the verdicts of one policy version over a split. */
public final class Evaluation {
    private final Map<String, MacroF1> tasks = new LinkedHashMap<>();
    private int samples;
    private int wellFormed;
    private long tokens;
    private int dead;

    /**
     * The counts in the form of a checkpoint.
     *
     * @param tasks the counts of {@link MacroF1} by task and label
     * @param dead the prompts that could not be processed
     */
    public record Counts(
            @Required Map<String, Map<String, int[]>> tasks, int samples, int wellFormed, long tokens, int dead) {}

    public Evaluation() {}

    /** Counts judgements, in their order. */
    public static Evaluation of(final List<Judgement> judgements) {
        final Evaluation evaluation = new Evaluation();
        judgements.forEach(evaluation::add);
        return evaluation;
    }

    public Evaluation(final Counts counts) {
        counts.tasks.forEach((task, labels) -> tasks.put(task, new MacroF1(labels)));
        this.samples = counts.samples;
        this.wellFormed = counts.wellFormed;
        this.tokens = counts.tokens;
        this.dead = counts.dead;
    }

    public Counts counts() {
        final Map<String, Map<String, int[]>> byTask = new LinkedHashMap<>();
        tasks.forEach((task, counted) -> byTask.put(task, counted.counts()));
        return new Counts(byTask, samples, wellFormed, tokens, dead);
    }

    /**
     * Counts every verdict. A prompt that could not be processed is wrong for its label: if it were left out, a policy would seem better
     * the more prompts die.
     */
    void add(final Judgement judgement) {
        final MacroF1 counts = tasks.computeIfAbsent(judgement.task(), t -> new MacroF1(judgement.labels()));
        if (judgement.verdicts().isEmpty()) {
            counts.add(judgement.label(), null);
            dead++;
            return;
        }
        judgement.verdicts().forEach(verdict -> counts.add(judgement.label(), verdict));
        samples += judgement.verdicts().size();
        wellFormed += judgement.wellFormed();
        tokens += judgement.tokens();
    }

    /** The tasks that have judgements. */
    public List<String> tasks() {
        return List.copyOf(tasks.keySet());
    }

    /** Macro-F1 of a task in percent; null when the task has no judgements. */
    public @Nullable Double macroF1(final String task) {
        final MacroF1 counts = tasks.get(task);
        return counts == null ? null : 100 * counts.value();
    }

    /** The mean of the tasks' macro-F1, in percent. */
    public double meanMacroF1(final List<String> of) {
        return of.stream()
                .map(this::macroF1)
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
        final MacroF1 counts = tasks.get(task);
        return counts == null ? 0 : counts.samples();
    }

    public double meanResponseLength() {
        return samples == 0 ? 0 : (double) tokens / samples;
    }
}

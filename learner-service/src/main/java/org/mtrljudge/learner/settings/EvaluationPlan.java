package org.mtrljudge.learner.settings;

import java.util.List;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * The examples of an evaluation and how they are sampled.
 *
 * @param tasks the tasks of the split; all examples of each are evaluated
 * @param samples completions per prompt; 1 is greedy
 * @param temperature the temperature of the samples when there is more than one
 * @param seed of the samples; greedy completions do not depend on it
 * @param maxResponseLength the maximum number of new tokens per completion
 */
public record EvaluationPlan(
        Split split, List<String> tasks, int samples, double temperature, long seed, int maxResponseLength) {

    /** All examples of a split, with one greedy completion per example. */
    public static EvaluationPlan greedy(final ExampleSource source, final Split split, final int maxResponseLength) {
        return new EvaluationPlan(split, source.tasks(split), 1, 0, 0, maxResponseLength);
    }

    /** The number of prompts. */
    public int size(final ExampleSource source) {
        return tasks.stream().mapToInt(task -> source.size(task, split)).sum();
    }
}

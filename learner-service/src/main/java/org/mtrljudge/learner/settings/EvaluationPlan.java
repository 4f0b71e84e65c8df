package org.mtrljudge.learner.settings;

import java.util.List;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * What an evaluation asks.
 *
 * @param tasks of the split, all examples of each
 * @param samples completions per prompt; 1 is greedy
 * @param temperature of the samples when there is more than one
 * @param maxResponseLength new tokens per completion at most
 */
public record EvaluationPlan(Split split, List<String> tasks, int samples, double temperature, int maxResponseLength) {

    /** Every example of a split, one greedy completion each. */
    public static EvaluationPlan greedy(final ExampleSource source, final Split split, final int maxResponseLength) {
        return new EvaluationPlan(split, source.tasks(split), 1, 0, maxResponseLength);
    }

    /** How many prompts are asked. */
    public int size(final ExampleSource source) {
        return tasks.stream().mapToInt(task -> source.size(task, split)).sum();
    }
}

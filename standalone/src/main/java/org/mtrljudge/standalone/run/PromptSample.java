package org.mtrljudge.standalone.run;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * The lengths of some prompts of a split.
 *
 * @param lengths in tokens with turns and pictures, ascending
 * @param unreadable the number of prompts that could not be measured
 * @param problem why the first of them could not; null when there is none
 */
record PromptSample(int[] lengths, int unreadable, @Nullable String problem) {
    /** The prompts that are measured per task. */
    private static final int PER_TASK = 100;

    /** Measures prompts at equal distances. */
    static PromptSample of(final ExampleSource source, final Split split, final PromptLength measure) {
        final List<Integer> lengths = new ArrayList<>();
        int unreadable = 0;
        String problem = null;
        for (final String task : source.tasks(split)) {
            final int size = source.size(task, split);
            final int count = Math.min(size, PER_TASK);
            for (int i = 0; i < count; i++) {
                final JudgeExample example = source.example(task, split, (int) ((long) i * size / count));
                try {
                    lengths.add(measure.of(example.system(), example.prompt(), example.pictures()));
                } catch (final ModelException | DataException e) {
                    unreadable++;
                    problem = problem == null ? example.id() + ": " + e.getMessage() : problem;
                }
            }
        }
        return new PromptSample(
                lengths.stream().mapToInt(length -> length).sorted().toArray(), unreadable, problem);
    }

    /** The smallest length that a share of the prompts does not exceed; 0 without prompts. */
    int quantile(final double share) {
        final int at = Math.max(0, (int) Math.ceil(share * lengths.length) - 1);
        return lengths.length == 0 ? 0 : lengths[at];
    }

    int longest() {
        return lengths.length == 0 ? 0 : lengths[lengths.length - 1];
    }

    /** The number of prompts that are longer. */
    long over(final int limit) {
        return Arrays.stream(lengths).filter(length -> length > limit).count();
    }
}

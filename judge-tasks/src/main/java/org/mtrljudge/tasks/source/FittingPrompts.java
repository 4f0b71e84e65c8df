package org.mtrljudge.tasks.source;

import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.ToIntFunction;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/**
 * Examples without those whose prompts are too long ({@code data.filter_overlong_prompts}). The examples of the training split are measured
 * when their turn comes, because there may be millions. Those of the other splits are measured at once.
 */
public final class FittingPrompts extends SourceView {
    private final ToIntFunction<JudgeExample> length;
    private final int maxLength;
    private final Consumer<String> warnings;
    private final Map<List<?>, int[]> kept = new HashMap<>();
    private final Set<String> warned = new HashSet<>();

    /**
     * @param length the number of tokens of an example's prompt. An example for which it throws is not left out: whoever uses it says why
     *     it cannot be read
     * @param maxLength {@code data.max_prompt_length}
     * @param warnings receives a message for the first example of a task that is left out of training, and one per task for other splits
     * @throws DataException when a task that is trained would not be validated or tested
     */
    public FittingPrompts(
            final ExampleSource all,
            final ToIntFunction<JudgeExample> length,
            final int maxLength,
            final Consumer<String> warnings) {
        super(all);
        this.length = length;
        this.maxLength = maxLength;
        this.warnings = warnings;
        // what is wrong is found before anything is trained
        tasks(Split.VALIDATION);
        tasks(Split.TEST);
    }

    /** A task that is only tested is left out where none of its prompts fits. */
    @Override
    public List<String> tasks(final Split split) {
        return split == Split.TRAIN
                ? super.tasks(split)
                : super.tasks(split).stream()
                        .filter(task -> size(task, split) > 0)
                        .toList();
    }

    @Override
    public List<String> turns() {
        return all.turns();
    }

    /** All orders of a question are left out together. */
    @Override
    public boolean fits(final String task, final Split split, final int index) {
        if (split != Split.TRAIN) {
            return true;
        }
        final JudgeExample tooLong = firstTooLong(task, split, index);
        if (tooLong != null && warned.add(task)) {
            warnings.accept("prompts of task " + task + " that are longer than data.max_prompt_length " + maxLength
                    + " are left out; the first is " + tooLong.id() + " with " + length.applyAsInt(tooLong)
                    + " tokens");
        }
        return tooLong == null;
    }

    private @Nullable JudgeExample firstTooLong(final String task, final Split split, final int index) {
        return IntStream.concat(
                        IntStream.of(index),
                        all.otherOrders(task, split, index).stream().mapToInt(order -> order))
                .mapToObj(order -> all.example(task, split, order))
                .filter(this::isTooLong)
                .findFirst()
                .orElse(null);
    }

    private boolean isTooLong(final JudgeExample example) {
        try {
            return length.applyAsInt(example) > maxLength;
        } catch (final UncheckedIOException e) {
            // nothing is known about the example
            throw e;
        } catch (final RuntimeException e) {
            return false;
        }
    }

    private int[] kept(final String task, final Split split) {
        return kept.computeIfAbsent(List.of(task, split), key -> {
            final int size = all.size(task, split);
            final int[] fitting = IntStream.range(0, size)
                    .filter(index -> firstTooLong(task, split, index) == null)
                    .toArray();
            if (fitting.length == 0 && all.tasks(Split.TRAIN).contains(task)) {
                throw new DataException("all " + size + " prompts of task " + task + " in the split "
                        + split.lowerName() + " are longer than data.max_prompt_length " + maxLength);
            }
            if (fitting.length < size) {
                warnings.accept(size - fitting.length + " of " + size + " prompts of task " + task + " in the split "
                        + split.lowerName() + " are longer than data.max_prompt_length " + maxLength
                        + " and are left out");
            }
            return fitting;
        });
    }

    @Override
    public int size(final String task, final Split split) {
        return split == Split.TRAIN || super.size(task, split) == 0
                ? super.size(task, split)
                : kept(task, split).length;
    }

    @Override
    public List<Integer> otherOrders(final String task, final Split split, final int index) {
        if (split == Split.TRAIN) {
            return super.otherOrders(task, split, index);
        }
        final int[] fitting = kept(task, split);
        final List<Integer> others = super.otherOrders(task, split, fitting[index]);
        return IntStream.range(0, fitting.length)
                .filter(i -> others.contains(fitting[i]))
                .boxed()
                .toList();
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        return super.example(task, split, split == Split.TRAIN ? index : kept(task, split)[index]);
    }
}

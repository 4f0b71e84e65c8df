package org.mtrljudge.learner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** The order in which training examples are asked: the tasks in turn, each task's examples shuffled anew every epoch, both orders of a
 * pair one after the other. */
final class PromptSchedule {
    private final ExampleSource source;
    private final List<String> tasks;
    private final SplittableRandom random;
    private final Map<String, List<Integer>> left = new LinkedHashMap<>();
    private int asked;
    private @Nullable Drawn secondOrder;

    /**
     * What is asked next.
     *
     * @param pairId shared with the same question in the other order, which comes right after; null where there is none
     */
    record Drawn(JudgeExample example, @Nullable String pairId) {}

    PromptSchedule(final ExampleSource source, final long seed) {
        this.source = source;
        this.tasks = source.tasks(Split.TRAIN);
        this.random = new SplittableRandom(seed);
    }

    /**
     * @param room prompts that can be asked before a pause: a pair is not begun in the last place while another task has something
     *     without one, because its first order would wait for the second
     */
    Drawn next(final int room) {
        if (secondOrder != null) {
            final Drawn second = secondOrder;
            secondOrder = null;
            return second;
        }
        for (int attempt = 1; ; attempt++) {
            final String task = tasks.get(asked % tasks.size());
            final List<Integer> order = orderOf(task);
            final int index = order.get(order.size() - 1);
            final int other = order.indexOf(source.otherOrder(task, Split.TRAIN, index));
            asked++;
            if (other < 0 || room > 1 || attempt >= tasks.size()) {
                return draw(task, order, other);
            }
        }
    }

    /** What is left of the epoch. */
    private List<Integer> orderOf(final String task) {
        final List<Integer> order = left.computeIfAbsent(task, t -> new ArrayList<>());
        if (order.isEmpty()) {
            for (int i = 0; i < source.size(task, Split.TRAIN); i++) {
                order.add(i);
            }
            for (int i = order.size() - 1; i > 0; i--) {
                Collections.swap(order, i, random.nextInt(i + 1));
            }
        }
        return order;
    }

    /** @param other where in the order the pair's other order is, negative without one */
    private Drawn draw(final String task, final List<Integer> order, final int other) {
        final JudgeExample example = source.example(task, Split.TRAIN, order.remove(order.size() - 1));
        if (other < 0) {
            return new Drawn(example, null);
        }
        final String pairId = "pair-" + asked;
        secondOrder = new Drawn(source.example(task, Split.TRAIN, order.remove(other)), pairId);
        return new Drawn(example, pairId);
    }

    /** A fresh seed for a prompt's sampling. */
    long nextSeed() {
        return random.nextLong();
    }
}

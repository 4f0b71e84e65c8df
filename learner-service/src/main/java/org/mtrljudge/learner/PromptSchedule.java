package org.mtrljudge.learner;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** The order in which training examples are asked: the tasks in turn, each task's examples shuffled anew every epoch. */
final class PromptSchedule {
    private final ExampleSource source;
    private final List<String> tasks;
    private final SplittableRandom random;
    private final Map<String, List<Integer>> left = new LinkedHashMap<>();
    private int asked;

    PromptSchedule(final ExampleSource source, final long seed) {
        this.source = source;
        this.tasks = source.tasks(Split.TRAIN);
        this.random = new SplittableRandom(seed);
    }

    JudgeExample next() {
        final String task = tasks.get(asked++ % tasks.size());
        final List<Integer> order = left.computeIfAbsent(task, t -> new ArrayList<>());
        if (order.isEmpty()) {
            for (int i = 0; i < source.size(task, Split.TRAIN); i++) {
                order.add(i);
            }
            for (int i = order.size() - 1; i > 0; i--) {
                Collections.swap(order, i, random.nextInt(i + 1));
            }
        }
        return source.example(task, Split.TRAIN, order.remove(order.size() - 1));
    }

    /** A fresh seed for a prompt's sampling. */
    long nextSeed() {
        return random.nextLong();
    }
}

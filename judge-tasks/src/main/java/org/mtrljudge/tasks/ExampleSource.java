package org.mtrljudge.tasks;

import java.util.List;

/** A labelled data set of several tasks. Examples are read by index. */
public interface ExampleSource {
    /** A question has at most this number of orders. Their groups are scored together. */
    int MAX_ORDERS = 8;

    /** The tasks that have examples in the split, in a fixed order. */
    List<String> tasks(Split split);

    /** The order in which training uses the tasks, repeatedly. A task that occurs more often is used more often. */
    default List<String> turns() {
        return tasks(Split.TRAIN);
    }

    int size(String task, Split split);

    /** The indices of the examples that ask the same question in other orders, fewer than {@link #MAX_ORDERS}. */
    default List<Integer> otherOrders(final String task, final Split split, final int index) {
        return List.of();
    }

    /** Whether training uses the example at an index. */
    default boolean fits(final String task, final Split split, final int index) {
        return true;
    }

    /** The example at an index. The same index always gives the same example. Its pictures are read later, when they are used. */
    JudgeExample example(String task, Split split, int index);
}

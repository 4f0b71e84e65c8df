package org.mtrljudge.tasks;

import java.util.List;

/** A labelled data set of several tasks, read by position. */
public interface ExampleSource {
    /** The tasks that a split has examples of, in a fixed order. */
    List<String> tasks(Split split);

    /** The order in which training takes the tasks, over and over; one that is there more often is asked more often. */
    default List<String> turns() {
        return tasks(Split.TRAIN);
    }

    int size(String task, Split split);

    /** Where the example lies that asks the same in the other order; −1 where there is none. */
    default int otherOrder(final String task, final Split split, final int index) {
        return -1;
    }

    /** The same example for the same position, always. */
    JudgeExample example(String task, Split split, int index);
}

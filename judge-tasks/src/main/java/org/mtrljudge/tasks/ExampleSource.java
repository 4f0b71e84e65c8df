package org.mtrljudge.tasks;

import java.util.List;

/** A labelled data set of several tasks, read by position. */
public interface ExampleSource {
    /** The tasks that a split has examples of, in a fixed order. */
    List<String> tasks(Split split);

    int size(String task, Split split);

    /** The same example for the same position, always. */
    JudgeExample example(String task, Split split, int index);
}

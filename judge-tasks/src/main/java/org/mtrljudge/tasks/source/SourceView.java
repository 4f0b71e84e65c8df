package org.mtrljudge.tasks.source;

import java.util.List;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;

/** Other examples, as they are but for what a subclass changes. The tasks take turns as the tasks of the view do. */
public abstract class SourceView implements ExampleSource {
    protected final ExampleSource all;

    protected SourceView(final ExampleSource all) {
        this.all = all;
    }

    @Override
    public List<String> tasks(final Split split) {
        return all.tasks(split);
    }

    @Override
    public int size(final String task, final Split split) {
        return all.size(task, split);
    }

    @Override
    public List<Integer> otherOrders(final String task, final Split split, final int index) {
        return all.otherOrders(task, split, index);
    }

    @Override
    public boolean fits(final String task, final Split split, final int index) {
        return all.fits(task, split, index);
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        return all.example(task, split, index);
    }
}

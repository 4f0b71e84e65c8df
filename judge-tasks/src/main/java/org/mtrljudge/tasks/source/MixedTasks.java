package org.mtrljudge.tasks.source;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.Split;

/**
 * Selects tasks of a data set for training, and uses them as often as their weights say. The validation split also has the tasks that are
 * only watched. The test split does not change.
 */
final class MixedTasks extends SourceView {
    /** The number of turns per cycle, so the share of a task is exact to 0.001. */
    private static final int TURNS = 1000;

    private final List<String> trained;
    private final List<String> watched;
    private final List<String> turns;

    /**
     * @param trained the tasks for training and validation; empty for all tasks
     * @param watched the tasks for validation only
     * @param exponent the exponent of the task sizes: 0 gives equal shares, 1 gives shares by size
     * @param weights additional factors by task; 1 for a task without a factor
     * @throws DataException when a task does not exist, or would never be used
     */
    MixedTasks(
            final ExampleSource all,
            final List<String> trained,
            final List<String> watched,
            final double exponent,
            final Map<String, Double> weights) {
        super(all);
        final List<String> there = all.tasks(Split.TRAIN);
        checkNames("data.train_tasks", trained, there);
        checkNames("data.task_weights", weights.keySet(), there);
        this.trained = trained.isEmpty() ? there : List.copyOf(trained);
        this.watched = List.copyOf(watched);
        watched.forEach(this::checkWatched);
        final double[] shares = this.trained.stream()
                .mapToDouble(task -> Math.pow(all.size(task, Split.TRAIN), exponent) * weights.getOrDefault(task, 1.0))
                .toArray();
        this.turns = exponent == 0 && weights.isEmpty() ? this.trained : turns(shares);
    }

    private static void checkNames(final String key, final Iterable<String> names, final List<String> there) {
        for (final String name : names) {
            if (!there.contains(name)) {
                throw new DataException(key + " names '" + name + "', but the training split has only " + there);
            }
        }
    }

    private void checkWatched(final String task) {
        final Set<String> there = new TreeSet<>(all.tasks(Split.TEST));
        there.addAll(all.tasks(Split.VALIDATION));
        there.removeAll(trained);
        if (!there.contains(task) || all.size(task, Split.VALIDATION) == 0) {
            throw new DataException(
                    "data.watch_tasks names '" + task + "', which has no validation examples or is trained"
                            + " on; the tasks that are not trained on are " + there);
        }
    }

    /** Each turn takes the task that is furthest behind its share. So turns are spread evenly, and equal shares give equal turns. */
    private List<String> turns(final double[] shares) {
        double sum = 0;
        for (final double share : shares) {
            sum += share;
        }
        final int[] taken = new int[shares.length];
        final List<String> cycle = new ArrayList<>();
        for (int turn = 1; turn <= TURNS; turn++) {
            int behind = 0;
            for (int i = 1; i < shares.length; i++) {
                if (shares[i] / sum * turn - taken[i] > shares[behind] / sum * turn - taken[behind]) {
                    behind = i;
                }
            }
            taken[behind]++;
            cycle.add(trained.get(behind));
        }
        for (int i = 0; i < taken.length; i++) {
            if (taken[i] == 0) {
                throw new DataException("data.mixing and data.task_weights give the task " + trained.get(i)
                        + " less than a thousandth of the prompts: exclude it with data.train_tasks instead");
            }
        }
        return cycle;
    }

    @Override
    public List<String> turns() {
        return turns;
    }

    @Override
    public List<String> tasks(final Split split) {
        if (split == Split.TEST) {
            return all.tasks(split);
        }
        final Stream<String> own = all.tasks(split).stream().filter(trained::contains);
        return (split == Split.VALIDATION ? Stream.concat(own, watched.stream()) : own).toList();
    }
}

package org.mtrljudge.reward.replay;

import java.util.HashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Counts pairs of an earlier and a new reward, rounded to a step. This is enough for rank correlation and plots, and its size is
 * bounded for a log of any length.
 */
public final class RewardPairs {
    private static final double FINEST_STEP = 0.001;
    private static final int MAX_CELLS = 100_000;

    private record Cell(long before, long after) {}

    private double step = FINEST_STEP;
    private Map<Cell, Long> cells = new HashMap<>();

    void add(final double before, final double after) {
        cells.merge(new Cell(Math.round(before / step), Math.round(after / step)), 1L, Long::sum);
        if (cells.size() > MAX_CELLS) {
            coarsen();
        }
    }

    private void coarsen() {
        final Map<Cell, Long> coarser = new HashMap<>();
        cells.forEach((cell, count) -> coarser.merge(
                new Cell(Math.round(cell.before / 10.0), Math.round(cell.after / 10.0)), count, Long::sum));
        cells = coarser;
        step *= 10;
    }

    /** Spearman's rank correlation, with ties at their mean rank; NaN when all rewards of one side are equal. */
    public double rankCorrelation() {
        final NavigableMap<Long, Long> before = new TreeMap<>();
        final NavigableMap<Long, Long> after = new TreeMap<>();
        cells.forEach((cell, count) -> {
            before.merge(cell.before, count, Long::sum);
            after.merge(cell.after, count, Long::sum);
        });
        final Map<Long, Double> beforeRanks = centredRanks(before);
        final Map<Long, Double> afterRanks = centredRanks(after);
        double product = 0;
        double beforeSquares = 0;
        double afterSquares = 0;
        for (final Map.Entry<Cell, Long> entry : cells.entrySet()) {
            final double x = beforeRanks.getOrDefault(entry.getKey().before, 0.0);
            final double y = afterRanks.getOrDefault(entry.getKey().after, 0.0);
            product += entry.getValue() * x * y;
            beforeSquares += entry.getValue() * x * x;
            afterSquares += entry.getValue() * y * y;
        }
        return product / Math.sqrt(beforeSquares * afterSquares);
    }

    /** The mean rank of each value, minus the mean of all ranks. */
    private static Map<Long, Double> centredRanks(final NavigableMap<Long, Long> counts) {
        final long total = counts.values().stream().mapToLong(c -> c).sum();
        final Map<Long, Double> ranks = new HashMap<>();
        long below = 0;
        for (final Map.Entry<Long, Long> entry : counts.entrySet()) {
            ranks.put(entry.getKey(), below + (entry.getValue() - 1) / 2.0 - (total - 1) / 2.0);
            below += entry.getValue();
        }
        return ranks;
    }

    /** The number of completions by change of their reward, in steps of 0.1. */
    public NavigableMap<Double, Long> changes() {
        final NavigableMap<Double, Long> changes = new TreeMap<>();
        cells.forEach((cell, count) ->
                changes.merge(Math.rint((cell.after - cell.before) * step * 10) / 10 + 0.0, count, Long::sum));
        return changes;
    }
}

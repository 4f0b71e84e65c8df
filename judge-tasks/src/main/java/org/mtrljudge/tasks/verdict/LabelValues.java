package org.mtrljudge.tasks.verdict;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The labels of a task on a scale. Labels that are all numbers have their own values, in whatever order the data names them; any other
 * labels have the values 0, 1, 2, … in the order of the data.
 */
public final class LabelValues {
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,15}(\\.\\d{1,15})?");

    private final Map<String, Double> values = new HashMap<>();
    private final boolean numbers;

    public LabelValues(final List<String> labels) {
        this.numbers = labels.stream().allMatch(label -> NUMBER.matcher(label).matches());
        for (int i = 0; i < labels.size(); i++) {
            values.putIfAbsent(labels.get(i), numbers ? Double.parseDouble(labels.get(i)) : i);
        }
    }

    /** Whether the labels are numbers, as those of a task that grades. */
    public boolean areNumbers() {
        return numbers;
    }

    /** The value of a label; null for any other text, and for no verdict. */
    public @Nullable Double of(final @Nullable String label) {
        return values.get(label);
    }

    /** 1 for two equal labels, 0 for the two ends of the scale, and 1 − distance / range between them; 0 where one has no value. */
    public double closeness(final @Nullable String one, final @Nullable String other) {
        final Double first = of(one);
        final Double second = of(other);
        if (first == null || second == null) {
            return 0;
        }
        final double range =
                values.values().stream().mapToDouble(Double::doubleValue).max().orElse(0)
                        - values.values().stream()
                                .mapToDouble(Double::doubleValue)
                                .min()
                                .orElse(0);
        return range == 0 ? 1 : 1 - Math.abs(first - second) / range;
    }
}

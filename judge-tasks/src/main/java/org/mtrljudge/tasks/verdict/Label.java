package org.mtrljudge.tasks.verdict;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Required;

/**
 * One of a few labels.
 *
 * @param labels from lowest to highest for an ordinal task whose labels are no numbers
 */
public record Label(@Required List<String> labels) implements VerdictType {
    public Label {
        labels = List.copyOf(labels);
    }

    public static Label of(final String... labels) {
        return new Label(List.of(labels));
    }

    /** @throws IllegalArgumentException unless there are names that {@link #read} can tell from each other */
    static void checkReadable(final String what, final List<String> names) {
        final long different = names.stream()
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .distinct()
                .count();
        final boolean plain = names.stream().allMatch(name -> !name.isEmpty() && name.equals(name.strip()));
        if (names.isEmpty() || !plain || different < names.size()) {
            throw new IllegalArgumentException(
                    what + " are " + names + ", but they must be different texts without spaces around them");
        }
    }

    @Override
    public @Nullable String read(final String text) {
        return labels.stream()
                .filter(text.strip()::equalsIgnoreCase)
                .findFirst()
                .orElse(null);
    }

    /** The label as the data writes it, also where two labels differ only in case or in spaces. */
    @Override
    public @Nullable String readReference(final String text) {
        return labels.contains(text) ? text : read(text);
    }

    @Override
    public double closeness(final String verdict, final String reference) {
        return new LabelValues(labels).closeness(verdict, reference);
    }

    @Override
    public String allowed() {
        return "one of " + labels;
    }
}

package org.mtrljudge.tasks.verdict;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Required;

/**
 * Which of two things is better.
 *
 * @param first the label of the thing that stands first
 * @param second the label of the other
 * @param tie the label of a tie; null when one of them has to be chosen
 */
public record Pair(
        @Required String first,
        @Required String second,
        @Nullable String tie) implements VerdictType {
    /** @throws IllegalArgumentException when a judge could not tell the labels from each other */
    public Pair {
        Label.checkReadable("the labels of a pair", labels(first, second, tie));
    }

    private static List<String> labels(final String first, final String second, final @Nullable String tie) {
        return tie == null ? List.of(first, second) : List.of(first, second, tie);
    }

    @Override
    public List<String> labels() {
        return labels(first, second, tie);
    }

    @Override
    public @Nullable String read(final String text) {
        return new Label(labels()).read(text);
    }

    /** A tie is half way between the two. */
    @Override
    public double closeness(final String verdict, final String reference) {
        if (verdict.equals(reference)) {
            return 1;
        }
        return verdict.equals(tie) || reference.equals(tie) ? 0.5 : 0;
    }

    /** What a verdict says of the same two things in the other order. */
    public String swapped(final String verdict) {
        if (verdict.equals(first)) {
            return second;
        }
        return verdict.equals(second) ? first : verdict;
    }

    @Override
    public String allowed() {
        return "one of " + labels();
    }
}

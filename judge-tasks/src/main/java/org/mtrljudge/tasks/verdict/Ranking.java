package org.mtrljudge.tasks.verdict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;

/**
 * An order of several things from best to worst: {@code A > B = C}. The things are A, B, C, … in the order of the prompt.
 *
 * @param items the number of things
 * @param ties whether things may be equally good
 */
public record Ranking(int items, boolean ties) implements VerdictType {
    private static final int MAX_ITEMS = 26;

    /** @throws IllegalArgumentException when there are too few or too many things */
    public Ranking {
        Check.range("items", items, 2, MAX_ITEMS);
    }

    /** Things that are equally good are named in the order of the alphabet. */
    @Override
    public @Nullable String read(final String text) {
        final List<String> levels = new ArrayList<>();
        final TreeSet<Character> seen = new TreeSet<>();
        // a limit: empty levels at the end count
        for (final String level : text.split(">", -1)) {
            final TreeSet<Character> equals = new TreeSet<>();
            for (final String item : level.split("=", -1)) {
                final String name = item.strip();
                if (name.length() != 1
                        || !isItem(Character.toUpperCase(name.charAt(0)))
                        || !seen.add(Character.toUpperCase(name.charAt(0)))) {
                    return null;
                }
                equals.add(Character.toUpperCase(name.charAt(0)));
            }
            levels.add(equals.stream().map(String::valueOf).collect(Collectors.joining(" = ")));
        }
        final boolean complete = seen.size() == items && (ties || levels.size() == items);
        return complete ? String.join(" > ", levels) : null;
    }

    private boolean isItem(final char name) {
        return name >= 'A' && name < 'A' + items;
    }

    /** The share of the pairs of things whose relation (better, worse, equal) is right. */
    @Override
    public double closeness(final String verdict, final String reference) {
        final int[] said = levels(verdict);
        final int[] right = levels(reference);
        int same = 0;
        for (int one = 0; one < items; one++) {
            for (int other = one + 1; other < items; other++) {
                same += Integer.signum(said[one] - said[other]) == Integer.signum(right[one] - right[other]) ? 1 : 0;
            }
        }
        return same / (items * (items - 1) / 2.0);
    }

    /** The level of each thing, 0 for the best: {@code [items]}. */
    public int[] levels(final String verdict) {
        final int[] levels = new int[items];
        final List<String> named = Arrays.asList(verdict.split(" > "));
        for (int level = 0; level < named.size(); level++) {
            for (final String item : named.get(level).split(" = ")) {
                levels[item.charAt(0) - 'A'] = level;
            }
        }
        return levels;
    }

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public String allowed() {
        final String last = String.valueOf((char) ('A' + items - 1));
        return "an order of A to " + last + (ties ? ", such as A > B = C" : " without ties, such as B > A");
    }
}

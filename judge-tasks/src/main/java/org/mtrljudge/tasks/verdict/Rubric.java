package org.mtrljudge.tasks.verdict;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.io.Required;

/**
 * A score for every criterion, then a label: {@code sharp: 4; fits: 2; no}. The right verdict may name the label alone.
 *
 * @param criteria their names, in the order in which they are answered
 * @param min the lowest score of a criterion
 * @param max the highest
 */
public record Rubric(
        @Required List<String> criteria,
        double min,
        double max,
        @Required List<String> labels) implements VerdictType {
    private static final int MAX_CRITERIA = 20;
    private static final String SEPARATOR = ";";

    /** @throws IllegalArgumentException when there are no criteria, or the scale has no range */
    public Rubric {
        criteria = List.copyOf(criteria);
        labels = List.copyOf(labels);
        Check.range("the number of criteria", criteria.size(), 1, MAX_CRITERIA);
        Label.checkReadable("criteria", criteria);
        Label.checkReadable("labels", labels);
        if (Stream.concat(criteria.stream(), labels.stream()).anyMatch(name -> name.matches("(?s).*[:;\n].*"))) {
            throw new IllegalArgumentException(
                    "criteria and labels may not have : or ; or a new line: " + criteria + ", " + labels);
        }
        // it refuses a wrong scale
        new Score(min, max, false, 0);
    }

    @Override
    public @Nullable String read(final String text) {
        final List<String> parts =
                Stream.of(text.split("[;\n]")).filter(part -> !part.isBlank()).toList();
        if (parts.size() != criteria.size() + 1) {
            return null;
        }
        final List<String> read = new ArrayList<>();
        for (int i = 0; i < criteria.size(); i++) {
            final String score = score(parts.get(i), criteria.get(i));
            if (score == null) {
                return null;
            }
            read.add(criteria.get(i) + ": " + score);
        }
        final String label = new Label(labels).read(parts.get(criteria.size()));
        if (label == null) {
            return null;
        }
        read.add(label);
        return String.join(SEPARATOR + " ", read);
    }

    private @Nullable String score(final String part, final String criterion) {
        final int colon = part.indexOf(':');
        final boolean named = colon >= 0
                && part.substring(0, colon).strip().toLowerCase(Locale.ROOT).equals(criterion.toLowerCase(Locale.ROOT));
        return named ? scale().read(part.substring(colon + 1)) : null;
    }

    private Score scale() {
        return new Score(min, max, false, 0);
    }

    @Override
    public @Nullable String readReference(final String text) {
        final String label = new Label(labels).read(text);
        return label == null ? read(text) : label;
    }

    @Override
    public String label(final String verdict) {
        return verdict.substring(verdict.lastIndexOf(SEPARATOR) + 1).strip();
    }

    /** The label decides. */
    @Override
    public boolean isRight(final String verdict, final String reference) {
        return label(verdict).equals(label(reference));
    }

    /** The mean over the label and those criteria for which there is a right score. */
    @Override
    public double closeness(final String verdict, final String reference) {
        final String[] said = verdict.split(SEPARATOR);
        final String[] right = reference.split(SEPARATOR);
        double sum = new Label(labels).closeness(label(verdict), label(reference));
        for (int i = 0; i < right.length - 1; i++) {
            sum += scale().closeness(scoreOf(said[i], i), scoreOf(right[i], i));
        }
        return sum / right.length;
    }

    private String scoreOf(final String part, final int criterion) {
        return Objects.requireNonNull(score(part, criteria.get(criterion)));
    }

    @Override
    public String allowed() {
        final Score scale = scale();
        return "each of " + criteria + " with " + scale.allowed() + ", then one of " + labels + ", separated by "
                + SEPARATOR;
    }
}

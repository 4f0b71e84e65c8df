package org.mtrljudge.tasks.verdict;

import java.math.BigDecimal;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;

/**
 * A number on a scale.
 *
 * @param whole whether a judge has to give a whole number. The right score may be any: a mean of several people
 * @param tolerance the distance up to which a score counts as right (Q-Insight, arXiv 2503.22679, section 3.2)
 */
public record Score(double min, double max, boolean whole, double tolerance) implements VerdictType {
    private static final Pattern NUMBER = Pattern.compile("[+-]?\\d{1,15}(\\.\\d{1,15})?");
    private static final double LARGEST = 1e9;
    // 4.3 - 0.3 is less than 4 in binary
    private static final double ROUNDING = 1e-9;

    /** @throws IllegalArgumentException when the scale has no range, or the tolerance is wider than it */
    public Score {
        Check.range("min", min, -LARGEST, LARGEST);
        Check.range("max", max, -LARGEST, LARGEST);
        if (max <= min) {
            throw new IllegalArgumentException("max is " + max + ", which must be larger than min, " + min);
        }
        Check.range("tolerance", tolerance, 0, max - min);
    }

    @Override
    public @Nullable String read(final String text) {
        final BigDecimal number = number(text);
        return number == null || (whole && number.scale() > 0) ? null : number.toPlainString();
    }

    @Override
    public @Nullable String readReference(final String text) {
        final BigDecimal number = number(text);
        return number == null ? null : number.toPlainString();
    }

    private @Nullable BigDecimal number(final String text) {
        if (!NUMBER.matcher(text.strip()).matches()) {
            return null;
        }
        final BigDecimal number = new BigDecimal(text.strip()).stripTrailingZeros();
        return number.doubleValue() < min || number.doubleValue() > max ? null : number;
    }

    @Override
    public boolean isRight(final String verdict, final String reference) {
        return distance(verdict, reference) <= tolerance + ROUNDING;
    }

    @Override
    public double closeness(final String verdict, final String reference) {
        return 1 - distance(verdict, reference) / (max - min);
    }

    private static double distance(final String verdict, final String reference) {
        return Math.abs(Double.parseDouble(verdict) - Double.parseDouble(reference));
    }

    @Override
    public List<String> labels() {
        return List.of();
    }

    @Override
    public String allowed() {
        return "a " + (whole ? "whole " : "") + "number from " + plain(min) + " to " + plain(max);
    }

    private static String plain(final double bound) {
        return BigDecimal.valueOf(bound).stripTrailingZeros().toPlainString();
    }
}

package org.mtrljudge.tasks.published;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An example that was made from a published row.
 *
 * @param prompt the prompt, with one {@code <image>} per picture
 * @param group the name of the rows that must be in one split: the rows of one image or prompt
 * @param pair the name of the pair, equal in both orders of a question; null without a pair
 * @param grade the grade by a human; null when the set has none
 */
record Prepared(
        String task,
        String prompt,
        List<Row.Picture> pictures,
        String answer,
        List<String> labels,
        String group,
        @Nullable String pair,
        @Nullable Double grade) {
    static final String YES = "yes";
    static final String NO = "no";
    static final List<String> YES_NO = List.of(YES, NO);
    static final String FIRST = "1";
    static final String SECOND = "2";
    static final List<String> ORDER = List.of(FIRST, SECOND);

    static Prepared yesNo(
            final String task,
            final String prompt,
            final Row.Picture picture,
            final boolean yes,
            final String group,
            final @Nullable Double grade) {
        return new Prepared(task, prompt, List.of(picture), yes ? YES : NO, YES_NO, group, null, grade);
    }

    /** Makes one order of a question about pictures. */
    static Prepared order(
            final String task,
            final String prompt,
            final List<Row.Picture> pictures,
            final boolean firstIsBetter,
            final String pair) {
        return new Prepared(task, prompt, pictures, firstIsBetter ? FIRST : SECOND, ORDER, pair, pair, null);
    }

    /** Makes one order of a question. */
    interface Order<T> {
        Prepared of(T first, T second, boolean firstIsBetter);
    }

    /** Asks which of two things is better, in both orders. */
    static <T> List<Prepared> bothOrders(final T one, final T two, final boolean oneIsBetter, final Order<T> order) {
        return List.of(order.of(one, two, oneIsBetter), order.of(two, one, !oneIsBetter));
    }

    /** Asks which of two pictures is better, in both orders. */
    static List<Prepared> bothOrders(
            final String task,
            final String prompt,
            final Row.Picture one,
            final Row.Picture two,
            final boolean firstIsBetter,
            final String pair) {
        return bothOrders(
                one,
                two,
                firstIsBetter,
                (first, second, better) -> order(task, prompt, List.of(first, second), better, pair));
    }
}

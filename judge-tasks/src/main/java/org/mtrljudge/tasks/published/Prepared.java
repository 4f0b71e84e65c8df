package org.mtrljudge.tasks.published;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An example made of a published row.
 *
 * @param prompt with one {@code <image>} for each picture
 * @param group what must not be torn apart by a split: rows of one image or prompt
 * @param pair the other order of the same question has the same one; null where there is none
 * @param grade a human's, where the set has one
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

    /** One of the two orders of a question. */
    static Prepared order(
            final String task,
            final String prompt,
            final List<Row.Picture> pictures,
            final boolean firstIsBetter,
            final String pair) {
        return new Prepared(task, prompt, pictures, firstIsBetter ? FIRST : SECOND, ORDER, pair, pair, null);
    }

    /** Makes one of the two orders of a question. */
    interface Order<T> {
        Prepared of(T first, T second, boolean firstIsBetter);
    }

    /** Which of two is better, asked in both orders. */
    static <T> List<Prepared> bothOrders(final T one, final T two, final boolean oneIsBetter, final Order<T> order) {
        return List.of(order.of(one, two, oneIsBetter), order.of(two, one, !oneIsBetter));
    }

    /** Which of two pictures is better, asked in both orders. */
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

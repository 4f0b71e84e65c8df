package org.mtrljudge.tasks.published;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.PromptTemplate;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.Pair;
import org.mtrljudge.tasks.verdict.Score;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * An example that was made from a published row.
 *
 * @param prompt the prompt, with one {@code <image>} per picture
 * @param type what may be answered; null for the answers that occur in the task
 * @param group the name of the rows that must be in one split: the rows of one image or prompt
 * @param pair the name of the pair, equal in both orders of a question; null without a pair
 * @param grade the grade by a human; null when the set has none
 */
record Prepared(
        String task,
        String prompt,
        List<Row.Picture> pictures,
        String answer,
        @Nullable VerdictType type,
        String group,
        @Nullable String pair,
        @Nullable Double grade) {
    static final String YES = "yes";
    static final String NO = "no";
    static final Label YES_NO = Label.of(YES, NO);
    static final String FIRST = "1";
    static final String SECOND = "2";
    static final String TIE = "tie";
    static final Label ORDER = Label.of(FIRST, SECOND);
    static final Pair ORDER_OR_TIE = new Pair(FIRST, SECOND, TIE);
    private static final int DECIMALS = 3;

    static Prepared yesNo(
            final String task,
            final String prompt,
            final Row.Picture picture,
            final boolean yes,
            final String group,
            final @Nullable Double grade) {
        return new Prepared(task, prompt, List.of(picture), yes ? YES : NO, YES_NO, group, null, grade);
    }

    /** Asks for a score of a picture. The right score is in a column, and is rounded to a thousandth. */
    static Prepared score(
            final String task,
            final String prompt,
            final Row.Picture picture,
            final Score scale,
            final Row row,
            final String column,
            final String group) {
        final BigDecimal rounded = BigDecimal.valueOf(row.number(column)).setScale(DECIMALS, RoundingMode.HALF_UP);
        final String answer = scale.readReference(rounded.toPlainString());
        if (answer == null) {
            throw row.wrong(
                    "has '" + row.text(column) + "' under '" + column + "', but " + scale.allowed() + " is needed");
        }
        return new Prepared(task, prompt, List.of(picture), answer, scale, group, null, null);
    }

    /** Makes one order of a question about pictures. */
    static Prepared order(
            final String task,
            final String prompt,
            final List<Row.Picture> pictures,
            final String better,
            final VerdictType type,
            final String pair) {
        return new Prepared(task, prompt, pictures, better, type, pair, pair, null);
    }

    /** Makes one order of a question. The better one is {@link #FIRST}, {@link #SECOND} or {@link #TIE}. */
    interface Order<T> {
        Prepared of(T first, T second, String better);
    }

    /** Asks which of two things is better, in both orders. */
    static <T> List<Prepared> bothOrders(final T one, final T two, final String better, final Order<T> order) {
        return List.of(order.of(one, two, better), order.of(two, one, ORDER_OR_TIE.swapped(better)));
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
                better(firstIsBetter),
                (first, second, better) -> order(task, prompt, List.of(first, second), better, ORDER, pair));
    }

    static String better(final boolean firstIsBetter) {
        return firstIsBetter ? FIRST : SECOND;
    }

    /** Asks which of two answers to a question about a picture is better, in both orders. */
    static List<Prepared> twoAnswers(
            final String task,
            final String question,
            final Row.Picture picture,
            final List<String> answers,
            final String better,
            final VerdictType type,
            final String pair) {
        return bothOrders(answers.get(0), answers.get(1), better, (one, two, first) -> {
            final String text = "Question: " + question + "\nAnswer 1: " + one + "\nAnswer 2: " + two;
            return order(task, prompt(task, text), List.of(picture), first, type, pair);
        });
    }

    /** Removes the placeholders that people wrote in their texts, because these do not stand for pictures. */
    static String prompt(final String task, final String text) {
        return PromptTemplate.resource(task).fill(text.replace("<image>", ""));
    }
}

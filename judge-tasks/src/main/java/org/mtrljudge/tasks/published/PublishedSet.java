package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.mtrljudge.tasks.Split;

/** A published data set: what its rows mean. The fields are those of its publication. */
interface PublishedSet {

    /** Examples a split has in the paper (train, validation, test). */
    record Sizes(int train, int validation, int test) {
        /** All of it is tested on: never trained on. */
        static final Sizes TEST_ONLY = new Sizes(0, 0, Integer.MAX_VALUE);

        /** All of it, as the user's files divide it. */
        static final Sizes AS_GIVEN = new Sizes(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

        int of(final Split split) {
            return switch (split) {
                case TRAIN -> train;
                case VALIDATION -> validation;
                case TEST -> test;
            };
        }
    }

    /** How the command line calls it. */
    String name();

    /** The paper's, until the user says otherwise. */
    Sizes sizes();

    /** Columns with graded scores that become yes or no at a threshold; empty where the set has labels. */
    default List<String> gradedColumns() {
        return List.of();
    }

    /** What must stay in one split with other rows, an image or a prompt; by default every row is by itself. */
    default String group(final Row row) {
        return row.where();
    }

    /**
     * The examples of a row; none where it says nothing, a tie for one.
     *
     * @param choices the user's and the fitted ones
     */
    List<Prepared> examples(Row row, Choices choices);

    /**
     * What the publications leave open.
     *
     * @param subset names the part of a set that has parts
     * @param threshold of a graded column, given its index among {@link #gradedColumns()}
     */
    record Choices(String subset, IntToDoubleFunction threshold) {
        boolean isHigh(final int column, final double grade) {
            return grade >= threshold.applyAsDouble(column);
        }
    }
}

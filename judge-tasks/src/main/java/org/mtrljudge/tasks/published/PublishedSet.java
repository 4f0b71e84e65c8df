package org.mtrljudge.tasks.published;

import java.util.List;
import java.util.function.IntToDoubleFunction;
import org.mtrljudge.tasks.Split;

/** A published data set: the meaning of its rows. Column names are the names in the publication. */
interface PublishedSet {

    /** The number of examples per split in the paper (train, validation, test). */
    record Sizes(int train, int validation, int test) {
        /** All rows are for the test; no row is for training. */
        static final Sizes TEST_ONLY = new Sizes(0, 0, Integer.MAX_VALUE);

        /** All rows, divided as the files of the user divide them. */
        static final Sizes AS_GIVEN = new Sizes(Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);

        int of(final Split split) {
            return switch (split) {
                case TRAIN -> train;
                case VALIDATION -> validation;
                case TEST -> test;
            };
        }
    }

    /** The name of the set on the command line. */
    String name();

    /** The sizes in the paper, which the user can replace. */
    Sizes sizes();

    /** The columns with grades that a threshold turns into yes or no; empty when the set has labels. */
    default List<String> gradedColumns() {
        return List.of();
    }

    /** The columns of a CSV file that has no header and separates values by spaces; empty for a file with a header. */
    default List<String> columnsWithoutHeader() {
        return List.of();
    }

    /** The image or prompt whose rows must stay in one split. By default, every row is a separate group. */
    default String group(final Row row) {
        return row.where();
    }

    /**
     * The examples of a row; empty when the row has no verdict, such as a tie.
     *
     * @param choices the choices of the user and the fitted thresholds
     */
    List<Prepared> examples(Row row, Choices choices);

    /**
     * The choices that the publications leave open.
     *
     * @param subset the name of the subset, for a set with subsets
     * @param threshold gives the threshold of a graded column, by its index in {@link #gradedColumns()}
     */
    record Choices(String subset, IntToDoubleFunction threshold) {
        boolean isHigh(final int column, final double grade) {
            return grade >= threshold.applyAsDouble(column);
        }
    }
}

package org.mtrljudge.standalone.experiment.report;

import java.util.List;

/** A part of a report, independent of the output format. */
sealed interface Section {
    record Heading(String text) implements Section {}

    record Paragraph(String text) implements Section {}

    /** @param rows rows of text cells, one cell per column */
    record Table(List<String> columns, List<List<String>> rows) implements Section {}

    /**
     * @param file the file, in the folder of the report
     * @param description text for readers who cannot see the picture
     */
    record Picture(String file, String description) implements Section {}
}

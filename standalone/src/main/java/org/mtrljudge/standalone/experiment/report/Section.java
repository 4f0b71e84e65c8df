package org.mtrljudge.standalone.experiment.report;

import java.util.List;

/** A part of a report, whatever it is written in. */
sealed interface Section {
    record Heading(String text) implements Section {}

    record Paragraph(String text) implements Section {}

    /** @param rows cells of text, as many as there are columns */
    record Table(List<String> columns, List<List<String>> rows) implements Section {}

    /**
     * @param file beside the report
     * @param description for who cannot see it
     */
    record Picture(String file, String description) implements Section {}
}

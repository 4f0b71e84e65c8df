package org.mtrljudge.standalone.experiment.report;

import java.util.Collections;
import java.util.List;

/** Writes a report as markdown. */
final class Markdown {
    private Markdown() {}

    static String of(final String title, final List<Section> sections) {
        final StringBuilder text = new StringBuilder("# " + title + "\n");
        for (final Section section : sections) {
            text.append('\n');
            if (section instanceof Section.Heading heading) {
                text.append("## ").append(heading.text()).append('\n');
            } else if (section instanceof Section.Paragraph paragraph) {
                text.append(paragraph.text()).append('\n');
            } else if (section instanceof Section.Table table) {
                row(table.columns(), text);
                row(Collections.nCopies(table.columns().size(), "---"), text);
                table.rows().forEach(row -> row(row, text));
            } else if (section instanceof Section.Picture picture) {
                text.append(String.format("![%s](%s)%n", picture.description(), picture.file()));
            }
        }
        return text.toString();
    }

    private static void row(final List<String> cells, final StringBuilder text) {
        cells.forEach(cell -> text.append("| ").append(cell.replace("|", "\\|")).append(' '));
        text.append("|\n");
    }
}

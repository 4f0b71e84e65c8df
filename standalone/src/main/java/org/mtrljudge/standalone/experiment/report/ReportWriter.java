package org.mtrljudge.standalone.experiment.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.mtrljudge.learner.report.Curves;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.WholeFile;
import org.mtrljudge.standalone.page.HtmlPage;

/** Writes a report to the folder of the experiment: {@code report.json}, {@code report.md}, {@code report.html} and the charts. */
public final class ReportWriter {
    private static final int WIDTH_REM = 100;
    /** The name of the chart of {@link ExperimentReport#retention}. */
    static final String RETENTION = "retention against gain, along training";

    private static final String CURVES = "curves";
    private final Path folder;

    public ReportWriter(final Path folder) {
        this.folder = folder;
    }

    /** @param rewards the composition of the rewards, as a sentence */
    public void write(final ExperimentReport report, final String name, final String rewards) throws IOException {
        Files.createDirectories(folder.resolve(CURVES));
        final List<Section> sections = new ReportSections(report, name, rewards).with(draw(report));
        final String title = "MT-RL-Judge: " + name;
        WholeFile.write(folder.resolve("report.json"), json(report));
        WholeFile.write(folder.resolve("report.md"), Markdown.of(title, sections));
        WholeFile.write(folder.resolve("report.html"), html(title, sections));
    }

    /** The content of {@code report.json}. */
    public static String json(final ExperimentReport report) throws IOException {
        return Mappers.JSON.writerWithDefaultPrettyPrinter().writeValueAsString(report) + "\n";
    }

    /** @return by metric: the file of the chart; empty when this JDK has no fonts */
    private Map<String, String> draw(final ExperimentReport report) {
        final Map<String, String> files = new LinkedHashMap<>();
        final String retention = CURVES + "/retention";
        if (!report.retention().isEmpty() && RetentionChart.draw(report.retention(), folder.resolve(retention))) {
            files.put(RETENTION, retention + ".png");
        }
        report.curves().forEach((metric, runs) -> {
            final String file = CURVES + "/" + metric.replace('/', '-');
            final Map<String, SortedMap<Integer, Map<String, Double>>> steps = new LinkedHashMap<>();
            runs.forEach((run, values) -> {
                final SortedMap<Integer, Map<String, Double>> own = new TreeMap<>();
                values.forEach((step, value) -> own.put(step, Map.of(metric, value)));
                steps.put(run, own);
            });
            if (Curves.compare(metric, steps, folder.resolve(file))) {
                files.put(metric, file + ".png");
            }
        });
        return files;
    }

    private String html(final String title, final List<Section> sections) throws IOException {
        final HtmlPage page = new HtmlPage(title, WIDTH_REM);
        for (final Section section : sections) {
            if (section instanceof Section.Heading heading) {
                page.element("h2", heading.text());
            } else if (section instanceof Section.Paragraph paragraph) {
                page.element("p", paragraph.text().replace("`", ""));
            } else if (section instanceof Section.Table table) {
                page.table(table.columns(), table.rows());
            } else if (section instanceof Section.Picture picture) {
                page.plot(Files.readAllBytes(folder.resolve(picture.file())), picture.description());
            }
        }
        return page.end();
    }
}

package org.mtrljudge.standalone.replay;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.mtrljudge.learner.report.ChartStyle;
import org.mtrljudge.reward.replay.TaskComparison;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.standalone.RunException;
import org.mtrljudge.standalone.page.HtmlPage;

/** The report of a replay as one HTML file: table, plots, and the completions with the largest changes, with their pictures. */
final class ReplayPage {
    private static final int MAX_PICTURE_BYTES = 4 << 20;
    private static final int MAX_BARS = 60;
    private static final int WIDTH_REM = 66;
    private final ReplayReport report;

    ReplayPage(final ReplayReport report) {
        this.report = report;
    }

    String toHtml() {
        final HtmlPage page = new HtmlPage(report.title(), WIDTH_REM);
        final StringBuilder html = new StringBuilder();
        table(html);
        if (!report.tasks().isEmpty()) {
            plots(html);
        }
        page.raw(html.toString());
        html.setLength(0);
        if (!report.repeated().isEmpty()) {
            final List<List<String>> rows = report.repeated().rows();
            page.element("h2", "Repeated answers");
            if (!rows.isEmpty()) {
                page.table(RepeatedAnswers.COLUMNS, rows);
            }
            page.element("p", rows.isEmpty() ? RepeatedAnswers.EQUAL : RepeatedAnswers.EXPLANATION);
        }
        html.append(
                "<h2>Most changed completions</h2>\n<p class=small>At most one completion per group: the one that changed most.</p>\n");
        if (report.cases().isEmpty()) {
            html.append("<p>No completion's reward changed.</p>\n");
        }
        report.cases().forEach(one -> append(html, one));
        return page.raw(html.toString()).end();
    }

    private void table(final StringBuilder html) {
        html.append("<table><tr><th>task<th>groups<th>not scored before<th>completions<th>mean reward before<th>after"
                + "<th>completions changed<th>advantage signs flipped<th>rank correlation\n");
        report.tasks()
                .forEach((task, c) -> html.append(String.format(
                        Locale.ROOT,
                        "<tr><td>%s<td>%d<td>%d<td>%d<td>%s<td>%s<td>%d<td>%d<td>%s%n",
                        HtmlPage.escape(task),
                        c.groups(),
                        c.newGroups(),
                        c.completions(),
                        ReplayReport.number(c.meanBefore()),
                        ReplayReport.number(c.meanAfter()),
                        c.changed(),
                        c.flipped(),
                        ReplayReport.number(c.rewards().rankCorrelation()))));
        html.append("</table>\n<p class=small>Rank correlation: Spearman's, over all completions of the task. ")
                .append(HtmlPage.escape(report.unscored()))
                .append("</p>\n");
    }

    private void plots(final StringBuilder html) {
        try {
            html.append(picture(means(), "mean reward by task, before and after"));
            html.append(picture(changes(), "completions by how much their reward changed"));
        } catch (final InternalError | NoClassDefFoundError e) {
            html.append("<p>No plots: this JDK finds no fonts (install fontconfig and a font).</p>\n");
        }
    }

    private CategoryChart means() {
        final CategoryChart chart = ChartStyle.bars("Mean reward", "task", "mean reward");
        final List<String> names = new ArrayList<>();
        final List<Double> before = new ArrayList<>();
        final List<Double> after = new ArrayList<>();
        report.tasks().forEach((task, c) -> {
            if (c.completions() > 0) {
                names.add(task);
                before.add(c.meanBefore());
                after.add(c.meanAfter());
            }
        });
        if (!names.isEmpty()) {
            chart.addSeries("before", names, before);
            chart.addSeries("after", names, after);
        }
        return chart;
    }

    private CategoryChart changes() {
        final CategoryChart chart =
                ChartStyle.bars("Change of reward", "reward after − reward before", "fraction of completions");
        final NavigableMap<Double, Long> counts = new TreeMap<>();
        for (final TaskComparison task : report.tasks().values()) {
            task.rewards().changes().forEach((change, count) -> counts.merge(change, count, Long::sum));
        }
        if (!counts.isEmpty() && (counts.lastKey() - counts.firstKey()) * 10 < MAX_BARS) {
            for (long tenths = Math.round(counts.firstKey() * 10); tenths < counts.lastKey() * 10; tenths++) {
                // empty bars keep the steps of the axis equal
                counts.putIfAbsent(tenths / 10.0, 0L);
            }
        }
        final double total = counts.values().stream().mapToLong(c -> c).sum();
        if (total > 0) {
            chart.addSeries(
                    "all tasks",
                    counts.keySet().stream()
                            .map(c -> String.format(Locale.ROOT, "%+.1f", c))
                            .toList(),
                    counts.values().stream().map(c -> c / total).toList());
        }
        return chart;
    }

    private static String picture(final CategoryChart chart, final String description) {
        if (chart.getSeriesMap().isEmpty()) {
            return "";
        }
        ChartStyle.placeLegend(chart);
        try {
            final byte[] png = BitmapEncoder.getBitmapBytes(chart, BitmapEncoder.BitmapFormat.PNG);
            return "<img class=plot alt=\"" + description + "\" src=\"" + HtmlPage.dataUri(png) + "\">\n";
        } catch (final IOException e) {
            throw new RunException("a plot cannot be drawn: " + e.getMessage(), e);
        }
    }

    private static void append(final StringBuilder html, final ReplayReport.Case one) {
        html.append("<div class=case><div>");
        for (final byte[] image : one.images()) {
            html.append(
                    image.length > MAX_PICTURE_BYTES
                            ? "<p class=small>(a picture that is too large to show)</p>"
                            : "<img alt=\"picture of the prompt\" src=\"" + HtmlPage.dataUri(image) + "\">");
        }
        html.append("</div><div><b>")
                .append(HtmlPage.escape(one.changed().task()))
                .append("</b> ");
        html.append(String.format(
                Locale.ROOT,
                "reward <b class=was>%.3f</b> → <b class=is>%.3f</b>, advantage %+.2f → %+.2f%n",
                one.changed().before().getTotal(),
                one.changed().after().getTotal(),
                one.changed().before().getAdvantage(),
                one.changed().after().getAdvantage()));
        html.append("<pre>").append(HtmlPage.escape(one.prompt().getText())).append("</pre>label: <b>");
        html.append(HtmlPage.escape(one.prompt().getReference())).append("</b><pre>");
        html.append(HtmlPage.escape(one.text())).append("</pre>");
        components(html, "before", one.changed().before());
        components(html, "after", one.changed().after());
        html.append("<p class=small>")
                .append(HtmlPage.escape(one.changed().promptId()))
                .append(", completion ");
        html.append(one.changed().place()).append(", ").append(one.changed().rollouts());
        html.append("</p></div></div>\n");
    }

    private static void components(final StringBuilder html, final String when, final CompletionScore score) {
        html.append("<span class=small>").append(when).append(':');
        for (final Map.Entry<String, Double> component : new TreeMap<>(score.getComponents()).entrySet()) {
            html.append(' ').append(HtmlPage.escape(component.getKey())).append(' ');
            html.append(ReplayReport.number(component.getValue()));
        }
        html.append(score.getReason() == null ? "" : " (" + HtmlPage.escape(score.getReason()) + ")")
                .append("</span><br>");
    }
}

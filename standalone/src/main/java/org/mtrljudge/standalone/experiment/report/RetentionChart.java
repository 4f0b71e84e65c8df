package org.mtrljudge.standalone.experiment.report;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.style.markers.SeriesMarkers;
import org.mtrljudge.learner.report.ChartStyle;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Point;

/** What a method keeps on held-out tasks against what it gains on trained tasks: methods are compared at equal gain. */
final class RetentionChart {
    private RetentionChart() {}

    /** @return whether the picture was drawn; a JDK without any font cannot draw it */
    static boolean draw(final Map<String, List<Point>> methods, final Path file) {
        try {
            final XYChart chart = ChartStyle.lines(
                    "Retention against gain, along training",
                    "change on the trained tasks, points of macro-F1 on the validation split",
                    "change on the held-out tasks, points");
            methods.forEach((method, points) -> chart.addSeries(
                            method,
                            points.stream().map(point -> 100 * point.gain()).toList(),
                            points.stream()
                                    .map(point -> 100 * point.retention())
                                    .toList())
                    .setMarker(SeriesMarkers.CIRCLE));
            ChartStyle.placeLegend(chart);
            ChartStyle.save(chart, file);
            return true;
        } catch (final InternalError | NoClassDefFoundError e) {
            // the JDK has no fonts, or fontconfig is missing
            return false;
        }
    }
}

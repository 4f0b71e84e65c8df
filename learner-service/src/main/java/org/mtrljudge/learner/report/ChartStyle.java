package org.mtrljudge.learner.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.CategoryChart;
import org.knowm.xchart.CategoryChartBuilder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.AxesChartStyler;
import org.knowm.xchart.style.Styler.LegendLayout;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.Marker;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** The common style of all charts: colours that colour-blind readers can distinguish, a white page, the legend inside the plot. */
public final class ChartStyle {
    /** The palette of Okabe and Ito. Yellow is pale on white, so it comes last. */
    private static final List<Color> PALETTE = List.of(
            new Color(0x0072B2),
            new Color(0xD55E00),
            new Color(0x009E73),
            new Color(0xCC79A7),
            new Color(0xE69F00),
            new Color(0x56B4E9),
            Color.BLACK,
            new Color(0xF0E442));

    private static final float LINE_WIDTH = 2.2f;
    private static final Color GRID = new Color(0xE0E0E0);
    private static final Color SEE_THROUGH = new Color(255, 255, 255, 220);

    /** The area of a legend as a share of the plot: its width, its height per series, and its border. */
    private static final double LEGEND_WIDTH = 0.35;

    private static final double LEGEND_ROW = 0.06;
    private static final double LEGEND_BORDER = 0.06;

    /** In the order of preference when several corners are equally empty. */
    private static final List<LegendPosition> CORNERS =
            List.of(LegendPosition.InsideSE, LegendPosition.InsideNE, LegendPosition.InsideNW, LegendPosition.InsideSW);

    private static final double ROOM_FOR_LEGEND = 1.3;

    private ChartStyle() {}

    /** @return an empty line chart; the names of the axes carry their units */
    public static XYChart lines(final String title, final String xAxis, final String yAxis) {
        final XYChart chart = new XYChartBuilder()
                .width(1000)
                .height(520)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        apply(chart.getStyler());
        chart.getStyler().setSeriesMarkers(new Marker[] {SeriesMarkers.NONE});
        return chart;
    }

    /** @return an empty bar chart; the names of the axes carry their units */
    public static CategoryChart bars(final String title, final String xAxis, final String yAxis) {
        final CategoryChart chart = new CategoryChartBuilder()
                .width(1000)
                .height(380)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
                .build();
        apply(chart.getStyler());
        chart.getStyler().setXAxisLabelRotation(30);
        return chart;
    }

    /**
     * Puts the legend where it hides no point: into an empty corner, or else above the lines. Call it after all series were added.
     */
    public static void placeLegend(final XYChart chart) {
        final double height = LEGEND_BORDER + LEGEND_ROW * chart.getSeriesMap().size();
        final LegendPosition corner = CORNERS.stream()
                .min(Comparator.comparingLong(c -> points(chart, c, height)))
                .orElseThrow();
        if (points(chart, corner, height) == 0) {
            chart.getStyler().setLegendPosition(corner);
            return;
        }
        chart.getStyler().setLegendPosition(LegendPosition.InsideNE);
        for (final XYSeries series : chart.getSeriesMap().values()) {
            final double bottom = bottom(chart, series);
            final double top = top(chart, series);
            chart.getStyler()
                    .setYAxisMax(series.getYAxisGroup(), bottom + (top - bottom) / (1 - Math.min(height, 0.5)));
        }
    }

    /** Puts the legend above the bars, and makes room for it. Call it after all series were added. */
    public static void placeLegend(final CategoryChart chart) {
        chart.getStyler().setLegendPosition(LegendPosition.InsideN);
        chart.getStyler().setLegendLayout(LegendLayout.Horizontal);
        chart.getSeriesMap().values().stream()
                .mapToDouble(series -> series.getYMax())
                .max()
                .ifPresent(highest -> chart.getStyler().setYAxisMax(highest > 0 ? highest * ROOM_FOR_LEGEND : null));
    }

    /** @param file the file without {@code .png} */
    public static void save(final XYChart chart, final Path file) {
        try {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (final IOException e) {
            throw new UncheckedIOException(file + ".png cannot be written: " + e.getMessage(), e);
        }
    }

    private static void apply(final AxesChartStyler styler) {
        styler.setSeriesColors(PALETTE.toArray(Color[]::new));
        // When there are more series than colours, the colours repeat, first with dashes, then with dots.
        styler.setSeriesLines(new BasicStroke[] {stroke(), stroke(9, 5), stroke(2, 4)});
        styler.setChartBackgroundColor(Color.WHITE);
        styler.setPlotBorderVisible(false);
        styler.setPlotGridLinesColor(GRID);
        styler.setChartTitleFont(new Font(Font.SANS_SERIF, Font.BOLD, 17));
        styler.setAxisTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 15));
        styler.setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 13));
        styler.setLegendFont(new Font(Font.SANS_SERIF, Font.PLAIN, 14));
        styler.setLegendBackgroundColor(SEE_THROUGH);
        styler.setLegendBorderColor(GRID);
    }

    private static BasicStroke stroke(final float... dashes) {
        return new BasicStroke(
                LINE_WIDTH, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 10, dashes.length == 0 ? null : dashes, 0);
    }

    private static long points(final XYChart chart, final LegendPosition corner, final double height) {
        return chart.getSeriesMap().values().stream()
                .mapToLong(series -> points(chart, series, corner, height))
                .sum();
    }

    /** @return the number of points of a series that the legend would hide */
    private static long points(
            final XYChart chart, final XYSeries series, final LegendPosition corner, final double height) {
        final double bottom = bottom(chart, series);
        final double range = top(chart, series) - bottom;
        final double right = chart.getSeriesMap().values().stream()
                .mapToDouble(XYSeries::getXMax)
                .max()
                .orElseThrow();
        final boolean east = corner == LegendPosition.InsideSE || corner == LegendPosition.InsideNE;
        final boolean north = corner == LegendPosition.InsideNW || corner == LegendPosition.InsideNE;
        return IntStream.range(0, series.getXData().length)
                .filter(i -> {
                    final double x = series.getXData()[i] / Math.max(right, 1);
                    final double y = range > 0 ? (series.getYData()[i] - bottom) / range : 0.5;
                    return (east ? x > 1 - LEGEND_WIDTH : x < LEGEND_WIDTH) && (north ? y > 1 - height : y < height);
                })
                .count();
    }

    private static double bottom(final XYChart chart, final XYSeries series) {
        final Double set = chart.getStyler().getYAxisMin(series.getYAxisGroup());
        return set != null
                ? set
                : sameAxis(chart, series).mapToDouble(XYSeries::getYMin).min().orElseThrow();
    }

    private static double top(final XYChart chart, final XYSeries series) {
        return sameAxis(chart, series).mapToDouble(XYSeries::getYMax).max().orElseThrow();
    }

    private static Stream<XYSeries> sameAxis(final XYChart chart, final XYSeries series) {
        return chart.getSeriesMap().values().stream().filter(other -> other.getYAxisGroup() == series.getYAxisGroup());
    }
}

package org.mtrljudge.standalone;

import java.awt.Color;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a run's curves as PNG files. */
final class Curves {
    private static final Map<String, List<String>> CHARTS = Map.of(
            "reward", List.of("reward/overall", "reward/accuracy", "reward/format"),
            "policy", List.of("actor/entropy_loss", "actor/ppo_kl", "actor/pg_clipfrac", "actor/grad_norm"),
            "length", List.of("response_length/mean", "response_length/max", "response_length/min"),
            "staleness", List.of("staleness/mean", "staleness/max", "frac_reward_zero_std"));

    private Curves() {}

    /** @return whether they were drawn; a JDK without any font cannot */
    static boolean draw(final List<Map<String, Double>> steps, final Path folder) {
        if (steps.isEmpty()) {
            return true;
        }
        try {
            for (final Map.Entry<String, List<String>> chart : CHARTS.entrySet()) {
                save(chart(chart.getKey(), chart.getValue(), steps), folder.resolve(chart.getKey()));
            }
            final List<String> tasks = steps.get(0).keySet().stream()
                    .filter(k -> k.startsWith("reward/accuracy/"))
                    .toList();
            save(chart("accuracy by task", tasks, steps), folder.resolve("tasks"));
            return true;
        } catch (final InternalError | NoClassDefFoundError e) {
            return false; // no fonts, no fontconfig
        }
    }

    private static void save(final XYChart chart, final Path file) {
        try {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (final IOException e) {
            throw new RunException(file + ".png cannot be written: " + e.getMessage(), e);
        }
    }

    private static XYChart chart(final String title, final List<String> names, final List<Map<String, Double>> steps) {
        final XYChart chart = new XYChartBuilder()
                .width(1000)
                .height(520)
                .title(title)
                .xAxisTitle("RL step")
                .build();
        chart.getStyler().setLegendPosition(Styler.LegendPosition.OutsideE);
        chart.getStyler().setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setXAxisMin(0.0);
        for (final String name : names) {
            final double[] x = new double[steps.size()];
            final double[] y = new double[steps.size()];
            for (int i = 0; i < x.length; i++) {
                x[i] = i + 1;
                y[i] = smoothed(steps, name, i);
            }
            chart.addSeries(name, x, y).setMarker(SeriesMarkers.NONE);
        }
        return chart;
    }

    /** The mean of a step and up to four before it: single batches are noisy. */
    private static double smoothed(final List<Map<String, Double>> steps, final String name, final int at) {
        return steps.subList(Math.max(0, at - 4), at + 1).stream()
                .mapToDouble(s -> s.getOrDefault(name, 0.0))
                .average()
                .orElse(0);
    }
}

package org.mtrljudge.learner.report;

import java.awt.Color;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Draws a run's curves as PNG files. */
public final class Curves {
    private static final Map<String, List<String>> CHARTS = Map.of(
            "reward", List.of("reward/overall", "reward/accuracy", "reward/format"),
            "policy", List.of("actor/entropy_loss", "actor/ppo_kl", "actor/pg_clipfrac", "actor/grad_norm"),
            "length", List.of("response_length/mean", "response_length/max", "response_length/min"),
            "staleness", List.of("staleness/mean", "staleness/max", "frac_reward_zero_std"));

    private static final int SMOOTHED_PARTS = 16;

    private Curves() {}

    /** @return whether they were drawn; a JDK without any font cannot */
    static boolean draw(final SortedMap<Integer, Map<String, Double>> steps, final Path folder) {
        if (steps.isEmpty()) {
            return true;
        }
        try {
            for (final Map.Entry<String, List<String>> chart : CHARTS.entrySet()) {
                save(chart(chart.getKey(), chart.getValue(), steps), folder.resolve(chart.getKey()));
            }
            save(chart("accuracy by task", names(steps, "reward/accuracy/"), steps), folder.resolve("tasks"));
            final List<String> validated = names(steps, "val/");
            if (!validated.isEmpty()) {
                validated.remove("val/format_rate"); // no percentage
                save(chart("macro-F1 on validation, %", validated, steps), folder.resolve("validation"));
            }
            return true;
        } catch (final InternalError | NoClassDefFoundError e) {
            return false; // no fonts, no fontconfig
        }
    }

    /**
     * One metric of several runs in one picture.
     *
     * @param runs their RL steps, by what they are called
     * @return whether it was drawn
     */
    public static boolean compare(
            final String metric, final Map<String, SortedMap<Integer, Map<String, Double>>> runs, final Path file) {
        final SortedMap<Integer, Map<String, Double>> together = new TreeMap<>();
        runs.forEach((run, steps) -> steps.forEach((step, metrics) -> {
            final Double value = metrics.get(metric);
            if (value != null) {
                together.computeIfAbsent(step, s -> new TreeMap<>()).put(run, value);
            }
        }));
        try {
            save(chart(metric, List.copyOf(runs.keySet()), together), file);
            return true;
        } catch (final InternalError | NoClassDefFoundError e) {
            return false; // no fonts, no fontconfig
        }
    }

    private static List<String> names(final SortedMap<Integer, Map<String, Double>> steps, final String prefix) {
        final SortedSet<String> names = new TreeSet<>();
        steps.values().forEach(metrics -> names.addAll(metrics.keySet()));
        names.removeIf(name -> !name.startsWith(prefix));
        return new ArrayList<>(names);
    }

    private static void save(final XYChart chart, final Path file) {
        try {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapEncoder.BitmapFormat.PNG);
        } catch (final IOException e) {
            throw new UncheckedIOException(file + ".png cannot be written: " + e.getMessage(), e);
        }
    }

    private static XYChart chart(
            final String title, final List<String> names, final SortedMap<Integer, Map<String, Double>> steps) {
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
            final List<Integer> x = new ArrayList<>();
            final List<Double> y = new ArrayList<>();
            steps.forEach((step, metrics) -> {
                final Double value = metrics.get(name);
                if (value != null) {
                    x.add(step);
                    y.add(value);
                }
            });
            if (!x.isEmpty()) {
                chart.addSeries(name, x, smoothed(x, y)).setMarker(SeriesMarkers.NONE);
            }
        }
        return chart;
    }

    /** The mean over a point and those of the steps shortly before it: single batches are noisy. */
    private static List<Double> smoothed(final List<Integer> x, final List<Double> y) {
        final int window = Math.max(4, x.get(x.size() - 1) / SMOOTHED_PARTS);
        final List<Double> means = new ArrayList<>();
        for (int i = 0; i < x.size(); i++) {
            int from = i;
            while (from > 0 && x.get(from - 1) >= x.get(i) - window) {
                from--;
            }
            means.add(y.subList(from, i + 1).stream()
                    .mapToDouble(v -> v)
                    .average()
                    .orElseThrow());
        }
        return means;
    }
}

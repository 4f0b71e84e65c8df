package org.mtrljudge.learner.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.Styler;

/** Draws the curves of a run as PNG files. */
public final class Curves {
    /**
     * One picture.
     *
     * @param file the file name without {@code .png}
     * @param left the quantity on the left axis, with its unit
     * @param metrics the metrics on the left axis
     * @param right the quantity on the right axis, with its unit; without {@code rightMetrics} there is no right axis
     * @param rightMetrics the metrics on the right axis
     */
    private record Picture(
            String file, String title, String left, List<String> metrics, String right, List<String> rightMetrics) {

        Picture(final String file, final String title, final String left, final List<String> metrics) {
            this(file, title, left, metrics, "", List.of());
        }
    }

    private static final String ACCURACY = "reward/accuracy/";
    private static final String VALIDATION = "val/";
    private static final String MACRO_F1 = "/macro_f1";
    static final String MEAN = "val/mean_score";
    private static final float MEAN_WIDTH = 4.5f;
    private static final List<Picture> PICTURES = List.of(
            new Picture(
                    "reward",
                    "Reward",
                    "mean reward, 0 to 1",
                    List.of("reward/overall", "reward/accuracy", "reward/format")),
            new Picture(
                    "policy",
                    "Policy",
                    "entropy and KL in nats per token; clipped fraction of tokens",
                    List.of("actor/entropy_loss", "actor/ppo_kl", "actor/pg_clipfrac"),
                    "norm of the gradient",
                    List.of("actor/grad_norm")),
            new Picture(
                    "length",
                    "Length of a completion",
                    "tokens",
                    List.of("response_length/mean", "response_length/max", "response_length/min")),
            new Picture(
                    "staleness",
                    "Staleness of a batch",
                    "age of a group in policy versions",
                    List.of("staleness/mean", "staleness/max"),
                    "fraction of groups",
                    List.of("frac_reward_zero_std")));

    private static final int SMOOTHED_PARTS = 16;

    private Curves() {}

    /** @return whether the curves were drawn; a JDK without any font cannot draw them */
    static boolean draw(final SortedMap<Integer, Map<String, Double>> steps, final Path folder) {
        if (steps.isEmpty()) {
            return true;
        }
        try {
            for (final Picture picture : PICTURES) {
                ChartStyle.save(chart(picture, steps, true), folder.resolve(picture.file()));
            }
            final Picture tasks = new Picture(
                    "tasks", "Accuracy by task", "mean accuracy of completions, 0 to 1", names(steps, ACCURACY));
            ChartStyle.save(chart(tasks, steps, true), folder.resolve(tasks.file()));
            final List<String> validated = names(steps, VALIDATION);
            if (!validated.isEmpty()) {
                // these are a share and a number, and the axis shows percent
                validated.removeAll(List.of("val/format_rate", "val/dead"));
                if (validated.remove(MEAN)) {
                    validated.add(0, MEAN);
                }
                final boolean alike = validated.stream().allMatch(name -> name.equals(MEAN) || name.endsWith(MACRO_F1));
                final String figure = alike ? "macro-F1" : "main figure of a task";
                final Picture validation =
                        new Picture("validation", "Validation", figure + " on the validation split, %", validated);
                ChartStyle.save(chart(validation, steps, false), folder.resolve(validation.file()));
            }
            return true;
        } catch (final InternalError | NoClassDefFoundError e) {
            // the JDK has no fonts, or fontconfig is missing
            return false;
        }
    }

    /**
     * Draws one metric of several runs in one picture.
     *
     * @param runs the RL steps of each run, by the run's label
     * @return whether the picture was drawn
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
            final Picture picture = new Picture(file.toString(), metric, unit(metric), List.copyOf(runs.keySet()));
            ChartStyle.save(chart(picture, together, !metric.startsWith(VALIDATION)), file);
            return true;
        } catch (final InternalError | NoClassDefFoundError e) {
            // the JDK has no fonts, or fontconfig is missing
            return false;
        }
    }

    private static List<String> names(final SortedMap<Integer, Map<String, Double>> steps, final String prefix) {
        final SortedSet<String> names = new TreeSet<>();
        steps.values().forEach(metrics -> names.addAll(metrics.keySet()));
        names.removeIf(name -> !name.startsWith(prefix));
        return new ArrayList<>(names);
    }

    private static XYChart chart(
            final Picture picture, final SortedMap<Integer, Map<String, Double>> steps, final boolean smooth) {
        final int window = smooth && !steps.isEmpty() ? Math.max(4, steps.lastKey() / SMOOTHED_PARTS) : 0;
        final String title = picture.title() + (window > 0 ? ", mean over the last " + (window + 1) + " steps" : "");
        final XYChart chart = ChartStyle.lines(title, "RL step", picture.left());
        chart.getStyler().setXAxisMin(0.0);
        picture.metrics().forEach(name -> add(chart, name, 0, steps, window));
        if (chart.getSeriesMap().values().stream().allMatch(series -> series.getYMin() >= 0)) {
            // An axis from zero shows a change at its true size, and leaves room for the legend.
            chart.getStyler().setYAxisMin(0, 0.0);
        }
        picture.rightMetrics().forEach(name -> add(chart, name, 1, steps, window));
        if (!picture.rightMetrics().isEmpty()) {
            chart.setYAxisGroupTitle(1, picture.right());
            chart.getStyler().setYAxisGroupPosition(1, Styler.YAxisPosition.Right);
        }
        ChartStyle.placeLegend(chart);
        return chart;
    }

    private static void add(
            final XYChart chart,
            final String name,
            final int axis,
            final SortedMap<Integer, Map<String, Double>> steps,
            final int window) {
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
            final XYSeries series =
                    chart.addSeries(legend(name) + (axis == 1 ? " (right axis)" : ""), x, smoothed(x, y, window));
            series.setYAxisGroup(axis);
            if (name.equals(MEAN)) {
                series.setLineWidth(MEAN_WIDTH);
            }
        }
    }

    /** @return the name of a task alone, where the axis already names the quantity */
    private static String legend(final String metric) {
        if (metric.startsWith(VALIDATION) && metric.endsWith(MACRO_F1)) {
            return metric.substring(VALIDATION.length(), metric.length() - MACRO_F1.length());
        }
        return switch (metric) {
            case MEAN -> "mean of the trained tasks";
            case "val/format_rate" -> "format rate";
            default -> metric.startsWith(ACCURACY) ? metric.substring(ACCURACY.length()) : metric;
        };
    }

    /** @return the axis title of one metric */
    private static String unit(final String metric) {
        if (metric.endsWith(MACRO_F1)) {
            return "macro-F1 on the validation split, %";
        }
        if (metric.startsWith("response_length/")) {
            return "tokens";
        }
        if (metric.startsWith("staleness/")) {
            return "policy versions";
        }
        return switch (metric) {
            case "actor/entropy_loss", "actor/ppo_kl", "actor/kl_loss" -> "nats per token";
            case "actor/pg_clipfrac" -> "fraction of tokens";
            case MEAN -> "mean of the tasks' main figures, %";
            default -> metric.startsWith("reward/") ? "mean, 0 to 1" : metric;
        };
    }

    /**
     * The mean over a point and the points shortly before it. Single batches are noisy.
     *
     * @param window the number of steps before a point that the mean includes
     */
    private static List<Double> smoothed(final List<Integer> x, final List<Double> y, final int window) {
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

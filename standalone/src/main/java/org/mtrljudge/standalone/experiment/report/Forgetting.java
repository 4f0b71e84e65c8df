package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Change;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Point;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Score;
import org.mtrljudge.tasks.metrics.RepeatedScores;

/** What the unified methods cost on tasks that they do not learn: the difference to the model off the shelf, at the end and on the way. */
final class Forgetting {
    private final Preset preset;
    private final List<String> trained;
    private final List<String> heldOut;
    private final Map<Cell, CellFigures> figures;

    Forgetting(
            final Preset preset,
            final List<String> trained,
            final List<String> heldOut,
            final Map<Cell, CellFigures> figures) {
        this.preset = preset;
        this.trained = trained;
        this.heldOut = heldOut;
        this.figures = figures;
    }

    /** The change of each method that has a test, on the test. */
    List<Change> changes() {
        final List<Change> changes = new ArrayList<>();
        for (final Method method : Stream.concat(
                        Stream.of(Method.WARM_UP, Method.LABEL_ONLY), Method.unified().stream())
                .toList()) {
            final Score gain = change(method, trained);
            final Score retention = change(method, heldOut);
            if (gain != null && retention != null) {
                final Map<String, Score> byTask = new LinkedHashMap<>();
                heldOut.forEach(task -> byTask.put(task, Objects.requireNonNull(change(method, List.of(task)))));
                changes.add(new Change(method.title(), gain, byTask, retention));
            }
        }
        return changes;
    }

    /** The change on some tasks from off the shelf to the end of a method; null without tasks, or without a seed that has both tests. */
    private @Nullable Score change(final Method method, final List<String> tasks) {
        final List<Map<String, CellFigures.Tested>> before = new ArrayList<>();
        final List<Map<String, CellFigures.Tested>> after = new ArrayList<>();
        for (final long seed : preset.seeds()) {
            final Map<String, CellFigures.Tested> first = test(Method.WARM_UP, Stage.START, seed);
            final Map<String, CellFigures.Tested> last = test(method, method.stage(), seed);
            if (first != null && last != null) {
                before.add(first);
                after.add(last);
            }
        }
        if (before.isEmpty() || tasks.isEmpty()) {
            return null;
        }
        final List<Double> bySeed = new ArrayList<>();
        for (int seed = 0; seed < before.size(); seed++) {
            bySeed.add(mean(after.get(seed), tasks) - mean(before.get(seed), tasks));
        }
        return new Score(RepeatedScores.change(repeated(before, tasks), repeated(after, tasks)), bySeed);
    }

    private @Nullable Map<String, CellFigures.Tested> test(final Method method, final Stage stage, final long seed) {
        final CellFigures own = figures.get(new Cell(method, null, seed));
        return own == null ? null : own.tests().get(stage.key());
    }

    private static double mean(final Map<String, CellFigures.Tested> tests, final List<String> tasks) {
        return tasks.stream()
                .mapToDouble(task -> tested(tests, task).macroF1())
                .average()
                .orElse(0);
    }

    private static List<RepeatedScores.Task> repeated(
            final List<Map<String, CellFigures.Tested>> seeds, final List<String> tasks) {
        return tasks.stream()
                .map(task -> new RepeatedScores.Task(
                        tested(seeds.get(0), task).labels(),
                        seeds.stream()
                                .map(one -> tested(one, task).asVerdicts())
                                .toList()))
                .toList();
    }

    private static CellFigures.Tested tested(final Map<String, CellFigures.Tested> tests, final String task) {
        return Objects.requireNonNull(tests.get(task), task);
    }

    /**
     * Retention against gain along training: per method the mean over seeds at each validation that asked the held-out tasks too. The
     * validation before the first step is that of the RL run, and both methods are compared with the one of their seed.
     */
    Map<String, List<Point>> retention() {
        final Map<String, List<Point>> curves = new LinkedHashMap<>();
        for (final Method method : Method.unified()) {
            final SortedMap<Integer, List<Point>> byStep = new TreeMap<>();
            for (final long seed : preset.seeds()) {
                points(method, seed)
                        .forEach(point -> byStep.computeIfAbsent(point.step(), s -> new ArrayList<>())
                                .add(point));
            }
            if (byStep.size() > 1) {
                curves.put(
                        method.title(),
                        byStep.values().stream().map(Forgetting::mean).toList());
            }
        }
        return curves;
    }

    private List<Point> points(final Method method, final long seed) {
        final List<Point> points = new ArrayList<>();
        validations(Method.MT_RL_JUDGE, seed).stream()
                .filter(validation -> validation.step() == 0)
                .findFirst()
                .ifPresent(first -> {
                    points.add(new Point(0, 0, 0, 1));
                    validations(method, seed).stream()
                            .filter(validation -> validation.step() > 0)
                            .forEach(validation -> points.add(new Point(
                                    validation.step(),
                                    mean(validation, trained) - mean(first, trained),
                                    mean(validation, heldOut) - mean(first, heldOut),
                                    1)));
                });
        return points;
    }

    private List<CellFigures.Validation> validations(final Method method, final long seed) {
        final CellFigures own = figures.get(new Cell(method, null, seed));
        return own == null || heldOut.isEmpty()
                ? List.of()
                : own.validations().stream()
                        .filter(validation ->
                                validation.stage().equals(method.stage().key())
                                        && validation.macroF1().keySet().containsAll(heldOut))
                        .toList();
    }

    private static double mean(final CellFigures.Validation validation, final List<String> tasks) {
        return tasks.stream()
                .mapToDouble(task -> validation.macroF1().getOrDefault(task, 0.0))
                .average()
                .orElse(0);
    }

    private static Point mean(final List<Point> seeds) {
        return new Point(
                seeds.get(0).step(),
                seeds.stream().mapToDouble(Point::gain).average().orElse(0),
                seeds.stream().mapToDouble(Point::retention).average().orElse(0),
                seeds.size());
    }
}

package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.event.Stage;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Row;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Score;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Training;
import org.mtrljudge.tasks.metrics.RepeatedScores;

/** Builds a report from the figures of runs. */
public final class ReportBuilder {
    private static final String OFF_THE_SHELF = "off the shelf";
    // the metrics at the end of RL are means over the last tenth of the steps
    private static final int LAST_PART = 10;
    // a reward component over all tasks, not the component of one task
    private static final Pattern REWARD = Pattern.compile("reward/[^/]+");
    private static final List<String> CURVES = List.of(
            "response_length/mean",
            "actor/entropy_loss",
            "actor/ppo_kl",
            "actor/kl_loss",
            "staleness/mean",
            "staleness/max");

    private final Preset preset;
    private final int planned;
    private final List<String> trained;
    private final List<String> tested;
    private final int promptsPerStep;
    private final Map<Cell, CellFigures> figures;
    private final List<String> metrics;

    public ReportBuilder(
            final Preset preset,
            final int planned,
            final List<String> trained,
            final List<String> tested,
            final int promptsPerStep,
            final Map<Cell, CellFigures> figures) {
        this.preset = preset;
        this.planned = planned;
        this.trained = trained;
        this.tested = tested;
        this.promptsPerStep = promptsPerStep;
        this.figures = figures;
        this.metrics = metrics(figures);
    }

    public ExperimentReport build() {
        final List<String> heldOut =
                tested.stream().filter(task -> !trained.contains(task)).toList();
        final Forgetting forgetting = new Forgetting(preset, trained, heldOut, figures);
        return new ExperimentReport(
                figures.size(),
                planned,
                preset.seeds(),
                trained,
                heldOut,
                preset.standsFor(),
                results(),
                transfer(),
                forgetting.changes(),
                forgetting.retention(),
                figures.entrySet().stream()
                        .map(e -> training(e.getKey(), e.getValue()))
                        .toList(),
                curves(),
                PaperResults.read());
    }

    private List<Row> results() {
        final List<Row> rows = new ArrayList<>();
        unified(OFF_THE_SHELF, Method.WARM_UP, Stage.START, rows);
        unified(Method.WARM_UP.title(), Method.WARM_UP, Method.WARM_UP.stage(), rows);
        for (final Method method : Method.IN_TABLES) {
            if (method.isSingle()) {
                single(method, rows);
            } else {
                unified(method.title(), method, method.stage(), rows);
            }
        }
        return rows;
    }

    private List<Row> transfer() {
        final List<Row> rows = new ArrayList<>();
        unified(Method.WARM_UP.title(), Method.WARM_UP, Method.WARM_UP.stage(), rows);
        for (final Method method : List.of(Method.SFT_SINGLE, Method.RL_SINGLE)) {
            for (final String learned : trained) {
                add(
                        method.title(),
                        learned,
                        byTask(tested, task -> tests(method, learned, method.stage(), task)),
                        rows);
            }
        }
        Method.unified().forEach(method -> unified(method.title(), method, method.stage(), rows));
        return rows;
    }

    private void unified(final String title, final Method method, final Stage stage, final List<Row> rows) {
        add(title, null, byTask(tested, task -> tests(method, null, stage, task)), rows);
    }

    /** Adds one row for several judges, each tested on the task that it learned. */
    private void single(final Method method, final List<Row> rows) {
        add(method.title(), null, byTask(trained, task -> tests(method, task, method.stage(), task)), rows);
    }

    /**
     * The tests of one task after a stage, for all repetitions of a method.
     *
     * @param learned the training task; null: all tasks
     */
    private List<CellFigures.Tested> tests(
            final Method method, final @Nullable String learned, final Stage stage, final String task) {
        final List<CellFigures.Tested> tests = new ArrayList<>();
        for (final long seed : preset.seeds()) {
            final CellFigures one = figures.get(new Cell(method, learned, seed));
            if (one != null && one.tests().containsKey(stage.key())) {
                tests.add(one.tests().get(stage.key()).get(task));
            }
        }
        return tests;
    }

    /** The tests by task, without the tasks that were not tested. */
    private static Map<String, List<CellFigures.Tested>> byTask(
            final List<String> tasks, final Function<String, List<CellFigures.Tested>> tests) {
        final Map<String, List<CellFigures.Tested>> byTask = new LinkedHashMap<>();
        tasks.forEach(task -> {
            final List<CellFigures.Tested> own = tests.apply(task);
            if (!own.isEmpty()) {
                byTask.put(task, own);
            }
        });
        return byTask;
    }

    /** @param tests by task: the tests of all repetitions; when empty, no row is added */
    private void add(
            final String title,
            final @Nullable String learned,
            final Map<String, List<CellFigures.Tested>> tests,
            final List<Row> rows) {
        if (tests.isEmpty()) {
            return;
        }
        final Map<String, Score> scores = new LinkedHashMap<>();
        tests.forEach((task, own) -> scores.put(task, score(List.of(own))));
        final List<List<CellFigures.Tested>> ofTrained = tests.entrySet().stream()
                .filter(e -> trained.contains(e.getKey()))
                .map(Map.Entry::getValue)
                .toList();
        final boolean whole = ofTrained.size() == trained.size()
                && ofTrained.stream().mapToInt(List::size).distinct().count() == 1;
        final List<CellFigures.Tested> all =
                tests.values().stream().flatMap(List::stream).toList();
        final double completions =
                all.stream().mapToInt(t -> t.verdicts().size()).sum();
        rows.add(new Row(
                title,
                learned,
                scores,
                whole ? score(ofTrained) : null,
                all.stream().mapToInt(CellFigures.Tested::wellFormed).sum() / completions,
                all.stream().mapToLong(CellFigures.Tested::tokens).sum() / completions));
    }

    /** @param tasks per task: the tests of all repetitions */
    private static Score score(final List<List<CellFigures.Tested>> tasks) {
        final List<Double> bySeed = new ArrayList<>();
        for (int seed = 0; seed < tasks.get(0).size(); seed++) {
            final int one = seed;
            bySeed.add(tasks.stream()
                    .mapToDouble(runs -> runs.get(one).macroF1())
                    .average()
                    .orElse(0));
        }
        return new Score(
                RepeatedScores.macroF1(tasks.stream()
                        .map(runs -> new RepeatedScores.Task(
                                runs.get(0).labels(),
                                runs.stream()
                                        .map(CellFigures.Tested::asVerdicts)
                                        .toList()))
                        .toList()),
                bySeed);
    }

    private Training training(final Cell cell, final CellFigures own) {
        final SortedMap<Integer, SortedMap<String, Double>> steps = own.rlSteps();
        return new Training(
                cell.method().title(),
                cell.task(),
                cell.seed(),
                own.sftSteps(),
                steps.size(),
                (double) steps.size() * promptsPerStep,
                steps.values().stream()
                        .mapToDouble(m -> m.getOrDefault("perf/total_num_tokens", 0.0))
                        .sum(),
                own.seconds(),
                atEnd(steps));
    }

    /** The metrics of the charts: every reward component, and the state of the policy. */
    private static List<String> metrics(final Map<Cell, CellFigures> figures) {
        final SortedSet<String> rewards = new TreeSet<>();
        figures.values()
                .forEach(own -> own.rlSteps()
                        .values()
                        .forEach(values -> values.keySet().stream()
                                .filter(name -> REWARD.matcher(name).matches())
                                .forEach(rewards::add)));
        return Stream.concat(rewards.stream(), CURVES.stream()).toList();
    }

    private Map<String, Double> atEnd(final SortedMap<Integer, SortedMap<String, Double>> steps) {
        final Map<String, Double> ends = new LinkedHashMap<>();
        if (steps.isEmpty()) {
            return ends;
        }
        final int from = steps.lastKey() - Math.max(1, steps.size() / LAST_PART) + 1;
        for (final String metric : metrics) {
            steps.tailMap(from).values().stream()
                    .filter(m -> m.containsKey(metric))
                    .mapToDouble(m -> m.get(metric))
                    .average()
                    .ifPresent(mean -> ends.put(metric, mean));
        }
        return ends;
    }

    private Map<String, Map<String, SortedMap<Integer, Double>>> curves() {
        final Map<String, Map<String, SortedMap<Integer, Double>>> curves = new LinkedHashMap<>();
        trained.forEach(task -> curves.put("val/" + task + "/macro_f1", validated(task)));
        for (final String metric : metrics) {
            final Map<String, SortedMap<Integer, Double>> runs = new LinkedHashMap<>();
            figures.forEach((cell, own) -> {
                if (cell.method() == Method.MT_RL_JUDGE) {
                    final SortedMap<Integer, Double> curve = new TreeMap<>();
                    own.rlSteps().forEach((step, values) -> {
                        if (values.containsKey(metric)) {
                            curve.put(step, values.get(metric));
                        }
                    });
                    putIfAny(runs, cell.toString(), curve);
                }
            });
            putIfAny(curves, metric, runs);
        }
        return curves;
    }

    /** The RL validations of a task, in percent: of the unified runs and of the runs that learn only this task. */
    private Map<String, SortedMap<Integer, Double>> validated(final String task) {
        final Map<String, SortedMap<Integer, Double>> runs = new LinkedHashMap<>();
        figures.forEach((cell, own) -> {
            final SortedMap<Integer, Double> curve = new TreeMap<>();
            own.validations().stream()
                    .filter(v -> v.stage().equals(Stage.RL.key()) && v.macroF1().containsKey(task))
                    .forEach(v -> curve.put(v.step(), 100 * v.macroF1().get(task)));
            putIfAny(runs, cell.toString(), curve);
        });
        return runs;
    }

    private static <K, V extends Map<?, ?>> void putIfAny(final Map<K, V> into, final K key, final V values) {
        if (!values.isEmpty()) {
            into.put(key, values);
        }
    }
}

package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Row;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Score;
import org.mtrljudge.standalone.experiment.report.ExperimentReport.Training;

/** The sections of a readable report, in order. */
final class ReportSections {
    private static final String NONE = "–";
    private final ExperimentReport report;
    private final String name;
    private final String rewards;
    private final List<Section> sections = new ArrayList<>();

    /**
     * @param name the name of the experiment
     * @param rewards the composition of the rewards, as a sentence
     */
    ReportSections(final ExperimentReport report, final String name, final String rewards) {
        this.report = report;
        this.name = name;
        this.rewards = rewards;
    }

    /** @param pictures by metric: the file with the chart of the curves */
    List<Section> with(final Map<String, String> pictures) {
        paragraph(
                report.cells() == report.planned()
                        ? "All " + report.planned() + " runs are done, seeds " + report.seeds() + "."
                        : report.cells() + " of " + report.planned() + " runs are done: the others are missing below.");
        results();
        paper();
        heldOut();
        transfer();
        forgetting(pictures.get(ReportWriter.RETENTION));
        training();
        heading("Curves");
        paragraph(
                "Validation of each task during RL: the unified runs, and the runs that learn only this task. Then the rewards of"
                        + " MT-RL-Judge, its response length, entropy, KL between the policy of the rollouts and the policy of the step,"
                        + " and staleness.");
        pictures.forEach((metric, file) -> {
            if (!metric.equals(ReportWriter.RETENTION)) {
                sections.add(new Section.Picture(file, metric));
            }
        });
        recompute();
        return sections;
    }

    private void heading(final String text) {
        sections.add(new Section.Heading(text));
    }

    private void paragraph(final String text) {
        sections.add(new Section.Paragraph(text));
    }

    private void results() {
        heading("Macro-F1 on the test, %");
        paragraph(
                "Mean over seeds ± their standard deviation [95 % bootstrap interval over seeds and prompts; with few seeds rather too narrow]. Prompts per task: "
                        + prompts()
                        + ". SFT-Single and RL-Single train one judge per task, and each is tested on its own task; their results on other"
                        + " tasks are under Transfer. Tasks with * were never trained on.");
        scores("method", report.results(), Row::method);
    }

    private void scores(final String first, final List<Row> rows, final Function<Row, String> title) {
        final List<String> columns = new ArrayList<>(List.of(first));
        tasks().forEach(task -> columns.add(title(task)));
        columns.addAll(List.of("mean of trained", "format %", "tokens"));
        sections.add(new Section.Table(
                columns, rows.stream().map(row -> cells(row, title.apply(row))).toList()));
    }

    private List<String> cells(final Row row, final String first) {
        final List<String> cells = new ArrayList<>(List.of(first));
        tasks().forEach(task -> cells.add(cell(row.tasks().get(task))));
        cells.add(cell(row.mean()));
        cells.add(number(100 * row.formatRate()));
        cells.add(number(row.responseLength()));
        return cells;
    }

    private static String cell(final @Nullable Score score) {
        return score == null
                ? NONE
                : String.format(
                        Locale.ROOT,
                        "%.1f\u00a0±%.1f [%.1f,\u00a0%.1f]",
                        100 * score.macroF1().value(),
                        100 * score.deviation(),
                        100 * score.macroF1().low(),
                        100 * score.macroF1().high());
    }

    private List<String> tasks() {
        return Stream.concat(report.trainedTasks().stream(), report.heldOutTasks().stream())
                .toList();
    }

    private String title(final String task) {
        return report.heldOutTasks().contains(task) ? task + " *" : task;
    }

    private String prompts() {
        final Map<String, Integer> counts = new LinkedHashMap<>();
        report.results()
                .forEach(row -> row.tasks()
                        .forEach((task, score) ->
                                counts.put(task, score.macroF1().samples())));
        return counts.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue())
                .collect(Collectors.joining(", "));
    }

    private void paper() {
        final PaperResults paper = report.paper();
        heading("The paper's numbers: another model on other data");
        paragraph("Not measured here. " + paper.source() + "; " + paper.model()
                + "; macro-F1 in %. Each column also names our task"
                + " that corresponds to it. Levels cannot be compared.");
        final Map<String, String> places = new LinkedHashMap<>();
        tasks().forEach(task -> {
            final String column = report.standsFor().get(task);
            if (column != null && paper.columns().contains(column)) {
                places.put(task, column);
            }
        });
        final List<String> columns = new ArrayList<>(List.of("method of the paper"));
        places.forEach((task, column) -> columns.add(task.equalsIgnoreCase(column) ? column : task + ": " + column));
        final List<List<String>> rows = new ArrayList<>();
        paper.results().forEach((method, values) -> {
            final List<String> cells = new ArrayList<>(List.of(method));
            places.values().forEach(column -> {
                final Double value = values.get(paper.columns().indexOf(column));
                cells.add(value == null ? NONE : String.format(Locale.ROOT, "%.2f", value));
            });
            rows.add(cells);
        });
        sections.add(new Section.Table(columns, rows));
    }

    private void heldOut() {
        heading("What was held out, and how rewards are combined");
        paragraph("Trained on: " + String.join(", ", report.trainedTasks()) + ". Never trained on: "
                + (report.heldOutTasks().isEmpty() ? "none" : String.join(", ", report.heldOutTasks()))
                + ". No test prompt was trained on or validated on; checkpoints were chosen on the validation split. "
                + rewards);
    }

    private void transfer() {
        heading("Transfer");
        paragraph("Macro-F1 in %: trained on the row, tested on the column.");
        scores(
                "trained",
                report.transfer(),
                row -> row.learned() == null ? row.method() : row.method() + " on " + row.learned());
    }

    /** @param picture the file of the chart; null where no validation asked the held-out tasks */
    private void forgetting(final @Nullable String picture) {
        heading("What was forgotten");
        paragraph(
                "Change of macro-F1 on the test from the model off the shelf to the end of a method, in points: mean over seeds ± their"
                        + " standard deviation [95 % bootstrap interval over seeds and prompts, paired]. Below 0 on a task that was never trained on (*),"
                        + " something was forgotten.");
        final List<String> columns = new ArrayList<>(List.of("method", "mean of trained"));
        report.heldOutTasks().forEach(task -> columns.add(title(task)));
        columns.add("mean of *");
        final List<List<String>> rows = new ArrayList<>();
        report.changes().forEach(change -> {
            final List<String> cells = new ArrayList<>(List.of(change.method(), cell(change.gain())));
            report.heldOutTasks()
                    .forEach(task -> cells.add(cell(change.heldOut().get(task))));
            cells.add(cell(change.retention()));
            rows.add(cells);
        });
        sections.add(new Section.Table(columns, rows));
        if (picture != null) {
            sections.add(new Section.Picture(picture, ReportWriter.RETENTION));
        }
    }

    private void training() {
        heading("Training");
        paragraph(
                "Means over the runs of a method. Seconds are from the first policy of a run to the last prompt that an actor took,"
                        + " including the tests. Rewards, length, entropy, KL and staleness are from the last tenth of the RL steps.");
        final List<String> columns = List.of(
                "method",
                "runs",
                "SFT steps",
                "RL steps",
                "RL prompts",
                "RL tokens",
                "seconds",
                "reward",
                "accuracy",
                "format",
                "length",
                "entropy",
                "KL",
                "staleness");
        final Map<String, List<Training>> methods = report.training().stream()
                .collect(Collectors.groupingBy(Training::method, LinkedHashMap::new, Collectors.toList()));
        final List<List<String>> rows = new ArrayList<>();
        methods.forEach((method, runs) -> {
            final List<String> cells = new ArrayList<>(List.of(method, String.valueOf(runs.size())));
            cells.add(mean(runs, Training::sftSteps));
            cells.add(mean(runs, Training::rlSteps));
            cells.add(mean(runs, Training::prompts));
            cells.add(mean(runs, Training::tokens));
            cells.add(mean(runs, Training::seconds));
            for (final String metric : List.of(
                    "reward/overall",
                    "reward/accuracy",
                    "reward/format",
                    "response_length/mean",
                    "actor/entropy_loss",
                    "actor/ppo_kl",
                    "staleness/mean")) {
                cells.add(atEnd(runs, metric));
            }
            rows.add(cells);
        });
        sections.add(new Section.Table(columns, rows));
    }

    private static String mean(final List<Training> runs, final ToDoubleFunction<Training> figure) {
        return String.format(
                Locale.ROOT,
                "%,.0f",
                runs.stream().mapToDouble(figure).average().orElse(0));
    }

    private static String atEnd(final List<Training> runs, final String metric) {
        final var mean = runs.stream()
                .filter(run -> run.atEnd().containsKey(metric))
                .mapToDouble(run -> run.atEnd().get(metric))
                .average();
        return mean.isPresent() ? String.format(Locale.ROOT, "%.3f", mean.getAsDouble()) : NONE;
    }

    private static String number(final double value) {
        return String.format(Locale.ROOT, "%.1f", value);
    }

    private void recompute() {
        heading("Where the numbers come from");
        paragraph(
                "`./judge experiment --name " + name + " --recompute` reads the topics of every run again"
                        + " (`RUN.scored`: answers to test and validation prompts; `RUN.journal`: metrics of each step), computes"
                        + " every number of this report again, and says whether the numbers are the same. `report.json` has all numbers, also by seed.");
    }
}

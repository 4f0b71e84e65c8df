package org.mtrljudge.standalone.experiment.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.mtrljudge.tasks.metrics.Interval;

class ReportBuilderTest {
    private static final double ROUNDING = 1e-12;
    private static final List<String> TRAINED = List.of("safety", "technical");
    private static final List<String> TESTED = List.of("safety", "technical", "pairs");
    private static final int PROMPTS_PER_STEP = 4;

    /** Four prompts with two labels. The verdicts of the first {@code right} prompts are correct, the others have no verdict. */
    private static CellFigures.Tested tested(final int right) {
        final List<String> references = List.of("yes", "no", "yes", "no");
        final List<@Nullable String> verdicts = new ArrayList<>(Collections.nCopies(4, null));
        for (int i = 0; i < right; i++) {
            verdicts.set(i, references.get(i));
        }
        return new CellFigures.Tested(List.of("yes", "no"), references, verdicts, null, right, 40);
    }

    private static Map<String, CellFigures.Tested> tests(final int safety, final int technical, final int pairs) {
        return new TreeMap<>(Map.of("safety", tested(safety), "technical", tested(technical), "pairs", tested(pairs)));
    }

    private static CellFigures figures(
            final Map<String, Map<String, CellFigures.Tested>> tests,
            final SortedMap<Integer, SortedMap<String, Double>> steps) {
        return new CellFigures(tests, List.of(), steps, 0, 10);
    }

    private static SortedMap<Integer, SortedMap<String, Double>> steps(final int count) {
        final SortedMap<Integer, SortedMap<String, Double>> steps = new TreeMap<>();
        for (int step = 1; step <= count; step++) {
            steps.put(
                    step,
                    new TreeMap<>(Map.of(
                            "reward/overall", (double) step,
                            "reward/brevity", 0.5,
                            "reward/accuracy/safety", 1.0,
                            "perf/total_num_tokens", 100.0)));
        }
        return steps;
    }

    private static ExperimentReport report(final Map<Cell, CellFigures> figures) {
        final Preset small = Preset.named("small");
        return new ReportBuilder(small, 45, TRAINED, TESTED, PROMPTS_PER_STEP, figures).build();
    }

    private static ExperimentReport.Row row(final List<ExperimentReport.Row> rows, final String method) {
        return rows.stream().filter(r -> r.method().equals(method)).findFirst().orElseThrow();
    }

    @Test
    void shouldReportEachSingleJudgeOnTheTaskThatItLearned() {
        final Map<Cell, CellFigures> figures = new LinkedHashMap<>();
        figures.put(
                new Cell(Method.SFT_SINGLE, "safety", 1), figures(Map.of("warmup", tests(4, 0, 1)), new TreeMap<>()));
        figures.put(
                new Cell(Method.SFT_SINGLE, "safety", 2), figures(Map.of("warmup", tests(0, 0, 1)), new TreeMap<>()));
        figures.put(
                new Cell(Method.SFT_SINGLE, "technical", 1),
                figures(Map.of("warmup", tests(0, 4, 1)), new TreeMap<>()));
        final ExperimentReport report = report(figures);
        final ExperimentReport.Row single = row(report.results(), "SFT-Single");
        assertThat(single.tasks()).containsOnlyKeys("safety", "technical");
        final ExperimentReport.Score safety = single.tasks().get("safety");
        assertThat(safety.macroF1().value()).isCloseTo(0.5, within(ROUNDING));
        assertThat(safety.bySeed()).containsExactly(1.0, 0.0);
        assertThat(safety.deviation()).isCloseTo(Math.sqrt(0.5), within(ROUNDING));
        assertThat(single.tasks().get("technical").bySeed()).containsExactly(1.0);
        assertThat(single.mean()).as("tasks were not repeated alike").isNull();
        assertThat(single.formatRate()).isCloseTo(8.0 / 12, within(ROUNDING));
        assertThat(single.responseLength()).isCloseTo(10, within(ROUNDING));
        assertThat(report.transfer()).hasSize(2);
        assertThat(report.transfer().get(0).tasks()).containsOnlyKeys("safety", "technical", "pairs");
        assertThat(report.cells()).isEqualTo(3);
        assertThat(report.heldOutTasks()).containsExactly("pairs");
    }

    @Test
    void shouldShowTheModelBeforeTheWarmUpAsOffTheShelf() {
        final ExperimentReport report = report(Map.of(
                new Cell(Method.WARM_UP, null, 1),
                figures(Map.of("base", tests(0, 0, 0), "warmup", tests(4, 2, 0)), new TreeMap<>())));
        assertThat(row(report.results(), "off the shelf").tasks().get("safety").bySeed())
                .containsExactly(0.0);
        final ExperimentReport.Row warm = row(report.results(), "after warm-up");
        // two of four verdicts are correct, one per label: F1 is 2/3 for both labels
        assertThat(warm.tasks().get("technical").bySeed().get(0)).isCloseTo(2.0 / 3, within(ROUNDING));
        assertThat(warm.mean()).isNotNull();
        assertThat(warm.mean().macroF1().value()).isCloseTo(5.0 / 6, within(ROUNDING));
        assertThat(warm.mean().macroF1().samples()).isEqualTo(8);
    }

    private static CellFigures validated(final String stage, final double... trainedAndHeldOut) {
        final List<CellFigures.Validation> validations = new ArrayList<>();
        for (int i = 0; i < trainedAndHeldOut.length; i += 2) {
            validations.add(new CellFigures.Validation(
                    stage,
                    stage.equals("rl") ? 10 * i / 2 : 10 * (i / 2 + 1),
                    new TreeMap<>(Map.of(
                            "safety", trainedAndHeldOut[i],
                            "technical", trainedAndHeldOut[i],
                            "pairs", trainedAndHeldOut[i + 1]))));
        }
        return new CellFigures(Map.of(), validations, new TreeMap<>(), 0, 10);
    }

    @Test
    void shouldReportWhatWasForgottenComparedWithTheModelOffTheShelf() {
        final Map<Cell, CellFigures> figures = new LinkedHashMap<>();
        for (final long seed : List.of(1, 2)) {
            figures.put(
                    new Cell(Method.WARM_UP, null, seed),
                    figures(Map.of("base", tests(2, 2, 4), "warmup", tests(2, 2, 4)), new TreeMap<>()));
        }
        figures.put(new Cell(Method.SFT_UNIFIED, null, 1), figures(Map.of("warmup", tests(4, 4, 2)), new TreeMap<>()));
        figures.put(new Cell(Method.SFT_UNIFIED, null, 2), figures(Map.of("warmup", tests(4, 4, 0)), new TreeMap<>()));
        final ExperimentReport report = report(figures);
        assertThat(report.changes())
                .extracting(ExperimentReport.Change::method)
                .containsExactly("after warm-up", "SFT-Unified");
        final ExperimentReport.Change sft = report.changes().get(1);
        // two of four right is 2/3
        assertThat(sft.gain().macroF1().value()).isCloseTo(1.0 / 3, within(ROUNDING));
        assertThat(sft.retention().bySeed().get(0)).isCloseTo(-1.0 / 3, within(ROUNDING));
        assertThat(sft.retention().bySeed().get(1)).isCloseTo(-1, within(ROUNDING));
        assertThat(sft.heldOut().get("pairs").macroF1().value()).isCloseTo(-2.0 / 3, within(ROUNDING));
        assertThat(report.changes().get(0).retention().macroF1()).isEqualTo(new Interval(0, 0, 0, 4));
    }

    @Test
    void shouldCompareRetentionWithGainAlongTraining() {
        final Map<Cell, CellFigures> figures = new LinkedHashMap<>();
        figures.put(new Cell(Method.MT_RL_JUDGE, null, 1), validated("rl", 0.5, 0.7, 0.6, 0.7, 0.8, 0.65));
        figures.put(new Cell(Method.MT_RL_JUDGE, null, 2), validated("rl", 0.4, 0.6, 0.6, 0.5));
        figures.put(new Cell(Method.SFT_UNIFIED, null, 1), validated("warmup", 0.7, 0.4));
        // the validation before its first step is not there
        figures.put(new Cell(Method.SFT_UNIFIED, null, 3), validated("warmup", 0.7, 0.1));
        final Map<String, List<ExperimentReport.Point>> retention =
                report(figures).retention();
        assertThat(retention).containsOnlyKeys("SFT-Unified", "MT-RL-Judge");
        final List<ExperimentReport.Point> rl = retention.get("MT-RL-Judge");
        assertThat(rl).extracting(ExperimentReport.Point::step).containsExactly(0, 10, 20);
        assertThat(rl).extracting(ExperimentReport.Point::seeds).containsExactly(2, 2, 1);
        assertThat(rl.get(1).gain()).isCloseTo((0.1 + 0.2) / 2, within(ROUNDING));
        assertThat(rl.get(1).retention()).isCloseTo((0 - 0.1) / 2, within(ROUNDING));
        final ExperimentReport.Point sft = retention.get("SFT-Unified").get(1);
        assertThat(sft.gain()).isCloseTo(0.2, within(ROUNDING));
        assertThat(sft.retention()).isCloseTo(-0.3, within(ROUNDING));
    }

    @Test
    void shouldReportTheEndOfTrainingAndDrawEveryComponentOfTheRewards() {
        final ExperimentReport report =
                report(Map.of(new Cell(Method.MT_RL_JUDGE, null, 3), figures(Map.of("rl", tests(1, 1, 1)), steps(20))));
        final ExperimentReport.Training training = report.training().get(0);
        assertThat(training.rlSteps()).isEqualTo(20);
        assertThat(training.prompts()).isEqualTo(80);
        assertThat(training.tokens()).isEqualTo(2000);
        assertThat(training.atEnd()).containsEntry("reward/overall", 19.5).containsEntry("reward/brevity", 0.5);
        assertThat(report.curves())
                .containsKeys("reward/brevity", "reward/overall")
                .doesNotContainKey("reward/accuracy/safety");
        assertThat(report.curves().get("reward/overall").get("MT-RL-Judge, seed 3"))
                .hasSize(20)
                .containsEntry(7, 7.0);
    }
}

package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.metrics.MacroF1;
import org.mtrljudge.tasks.metrics.Verdict;

/**
 * What a run's topics say of it: everything that an experiment's report has from it.
 *
 * @param tests by the key of the stage (base, warmup, rl) and by task
 * @param validations in the order of the steps
 * @param rlSteps the metrics of every RL step, by step
 * @param sftSteps supervised steps before the last test, 0 where there was none
 * @param seconds from the journal's first entry to the last prompt an actor took
 */
public record CellFigures(
        Map<String, Map<String, Tested>> tests,
        List<Validation> validations,
        SortedMap<Integer, SortedMap<String, Double>> rlSteps,
        int sftSteps,
        double seconds) {

    /**
     * One task's test; the answers are in the order of the split.
     *
     * @param references the right verdict of each prompt
     * @param verdicts the judge's, null where it gave none
     * @param wellFormed how many completions had the wanted format
     * @param tokens of all completions
     */
    public record Tested(
            List<String> labels,
            List<String> references,
            List<@Nullable String> verdicts,
            int wellFormed,
            long tokens) {
        List<Verdict> asVerdicts() {
            final List<Verdict> pairs = new ArrayList<>();
            for (int i = 0; i < references.size(); i++) {
                pairs.add(new Verdict(references.get(i), verdicts.get(i)));
            }
            return pairs;
        }

        double macroF1() {
            final MacroF1 counts = new MacroF1(labels);
            asVerdicts().forEach(pair -> counts.add(pair.label(), pair.verdict()));
            return counts.value();
        }
    }

    /** @param macroF1 of each task, 0..1 */
    public record Validation(String stage, int step, SortedMap<String, Double> macroF1) {}
}

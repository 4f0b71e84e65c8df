package org.mtrljudge.standalone.experiment.report;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Required;
import org.mtrljudge.tasks.metrics.MacroF1;
import org.mtrljudge.tasks.metrics.Verdict;

/**
 * The figures from the topics of a run: everything that the report of an experiment uses.
 *
 * @param tests the tests, by the key of the stage (base, warmup, rl) and by task
 * @param validations the validations in the order of the steps
 * @param rlSteps the metrics of every RL step, by step
 * @param sftSteps supervised steps before the last test; 0 without supervised training
 * @param seconds the time from the first journal entry to the last prompt that an actor took
 */
public record CellFigures(
        @Required Map<String, Map<String, Tested>> tests,
        @Required List<Validation> validations,
        @Required SortedMap<Integer, SortedMap<String, Double>> rlSteps,
        int sftSteps,
        double seconds) {

    /**
     * The test of one task. The answers are in the order of the split.
     *
     * @param references the right verdict of each prompt
     * @param verdicts the verdict of the judge for each prompt; null: no verdict
     * @param pairIds per prompt: the id of the question that was asked in both orders, null for any other; null where no prompt has one
     * @param wellFormed the number of completions in the required format
     * @param tokens the tokens of all completions
     */
    public record Tested(
            @Required List<String> labels,
            @Required List<String> references,
            List<@Nullable String> verdicts,
            @Nullable List<@Nullable String> pairIds,
            int wellFormed,
            long tokens) {
        public Tested {
            if (verdicts.size() != references.size()
                    || pairIds != null && pairIds.size() != references.size()
                    || !labels.containsAll(references)) {
                throw new IllegalArgumentException(verdicts.size() + " verdicts do not belong to the references "
                        + references + " of the labels " + labels);
            }
        }

        List<Verdict> asVerdicts() {
            final List<Verdict> pairs = new ArrayList<>();
            for (int i = 0; i < references.size(); i++) {
                pairs.add(new Verdict(references.get(i), verdicts.get(i), pairIds == null ? null : pairIds.get(i)));
            }
            return pairs;
        }

        double macroF1() {
            final MacroF1 counts = new MacroF1(labels);
            asVerdicts().forEach(pair -> counts.add(pair.label(), pair.verdict()));
            return counts.value();
        }
    }

    /** @param macroF1 the macro-F1 per task, 0..1 */
    public record Validation(
            @Required String stage, int step, @Required SortedMap<String, Double> macroF1) {}
}

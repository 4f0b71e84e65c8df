package org.mtrljudge.learner.event;

import java.util.List;
import java.util.Map;

/**
 * The result of a run.
 *
 * @param evaluations the evaluations on the held-out test split, by the stage before them, in their order
 * @param trainedTasks the tasks with a training split; the other tasks were only tested
 * @param warmUpSteps the number of steps of supervised fine-tuning
 * @param steps the number of RL steps
 * @param bestStep the RL step whose weights were tested: the best on validation, or the last
 * @param secondsByPhase the wall-clock time of each phase
 * @param lineage the final weights in the log
 */
public record TrainingResult(
        Map<Stage, Evaluation> evaluations,
        List<String> trainedTasks,
        List<String> testedTasks,
        int warmUpSteps,
        int steps,
        int bestStep,
        GroupCounts groups,
        Map<String, Double> secondsByPhase,
        RlTotals rl,
        Lineage lineage) {}

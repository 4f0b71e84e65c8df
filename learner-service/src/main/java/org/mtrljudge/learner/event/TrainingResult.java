package org.mtrljudge.learner.event;

import java.util.List;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param evaluations on the held-out test, by the stage they follow, in their order
 * @param trainedTasks tasks with a training split; the others were only ever tested
 * @param warmUpSteps of supervised fine-tuning
 * @param steps of RL
 * @param bestStep the RL step whose weights were tested: the best on validation, or the last
 * @param secondsByPhase wall-clock of each phase
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
        RlTotals rl) {}

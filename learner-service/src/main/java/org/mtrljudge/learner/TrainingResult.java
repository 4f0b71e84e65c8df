package org.mtrljudge.learner;

import java.util.List;
import java.util.Map;

/**
 * What a run came to.
 *
 * @param evaluations on the held-out test, by stage: base, warmup, rl
 * @param trainedTasks tasks with a training split; the others were only ever tested
 * @param secondsByPhase wall-clock of each phase
 * @param learnSeconds of the learner's updates in the RL phase
 * @param waitSeconds the learner waited for scores in the RL phase
 * @param generateSeconds of all actors together in the RL phase
 * @param generatedTokens in the RL phase
 * @param maxRolloutLogProbDifference the largest per-step mean difference between actor and learner
 */
public record TrainingResult(
        Map<String, Evaluation> evaluations,
        List<String> trainedTasks,
        List<String> testedTasks,
        int steps,
        GroupCounts groups,
        Map<String, Double> secondsByPhase,
        double learnSeconds,
        double waitSeconds,
        double generateSeconds,
        double scoreSeconds,
        double generatedTokens,
        double maxRolloutLogProbDifference) {}

package org.mtrljudge.learner.stage;

import org.mtrljudge.learner.evaluation.BestPolicy;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;

/**
 * What a stage of training works with, warm-up and reinforcement alike.
 *
 * @param model is trained
 * @param policies publishes its weights
 * @param best validates it and keeps its best weights
 * @param checkpoints of the run, which each stage writes
 */
public record StageContext(
        RunContext run,
        LearnerSettings settings,
        JudgeModel model,
        PolicyPublisher policies,
        BestPolicy best,
        TrainingCheckpoints checkpoints) {}

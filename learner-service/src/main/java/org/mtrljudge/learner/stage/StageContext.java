package org.mtrljudge.learner.stage;

import org.mtrljudge.learner.evaluation.BestPolicy;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.learner.settings.RunContext;
import org.mtrljudge.learner.state.TrainingCheckpoints;
import org.mtrljudge.learner.topics.PolicyPublisher;
import org.mtrljudge.model.JudgeModel;

/**
 * The components of a training stage, for warm-up and reinforcement.
 *
 * @param model the model in training
 * @param policies publishes the weights of the model
 * @param best validates the model and keeps its best weights
 * @param checkpoints the checkpoints of the run, to which each stage writes
 */
public record StageContext(
        RunContext run,
        LearnerSettings settings,
        JudgeModel model,
        PolicyPublisher policies,
        BestPolicy best,
        TrainingCheckpoints checkpoints) {}

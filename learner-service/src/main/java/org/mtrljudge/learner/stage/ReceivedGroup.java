package org.mtrljudge.learner.stage;

import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.learner.topics.ScoredReader;

/**
 * A scored group that was received and not learned yet.
 *
 * @param answer with its place in the log
 * @param group as the policy update needs it
 */
record ReceivedGroup(ScoredReader.Answer.Scored answer, LearnedGroup group) {}

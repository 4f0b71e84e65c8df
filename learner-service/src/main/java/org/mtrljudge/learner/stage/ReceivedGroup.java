package org.mtrljudge.learner.stage;

import org.mtrljudge.learner.algorithm.LearnedGroup;
import org.mtrljudge.learner.topics.ScoredReader;

/**
 * A scored group that was received and is not learned yet.
 *
 * @param answer the answer with its place in the log
 * @param group the group in the form that the policy update reads
 */
record ReceivedGroup(ScoredReader.Answer.Scored answer, LearnedGroup group) {}

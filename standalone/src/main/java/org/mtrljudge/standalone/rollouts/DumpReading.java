package org.mtrljudge.standalone.rollouts;

import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.scoring.AdvantageEstimator;

/**
 * How dumps of other trainers are read: what they do not say themselves.
 *
 * @param task the task of all their groups
 * @param reference the column with the reference; null: that of the layout, if it has one
 * @param rewards the columns whose sum is the reward; empty: {@code score}, or else all numbers
 * @param estimator computes the advantages that a dump does not have
 */
public record DumpReading(String task, @Nullable String reference, Set<String> rewards, AdvantageEstimator estimator) {}

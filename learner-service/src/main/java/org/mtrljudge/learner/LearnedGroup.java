package org.mtrljudge.learner;

import org.mtrljudge.model.PackedGroup;

/**
 * One scored group as the policy update needs it. Arrays run over the group's completion tokens, completion by completion.
 *
 * @param task whose prompt it was
 * @param policyVersion that sampled it
 * @param behaviour log-probabilities under that version: {@code [tokens]}
 * @param advantages one a completion: {@code [group]}
 */
public record LearnedGroup(
        String task,
        int policyVersion,
        PackedGroup packed,
        float[] behaviour,
        double[] advantages,
        boolean zeroSpread) {}

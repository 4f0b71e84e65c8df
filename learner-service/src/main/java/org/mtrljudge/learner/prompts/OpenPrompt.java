package org.mtrljudge.learner.prompts;

/**
 * A training prompt that is neither learned nor left out yet, and the place of its example.
 *
 * @param seed the seed of its sampling; 0 in checkpoints of earlier builds
 */
public record OpenPrompt(String promptId, PromptSchedule.Place place, long seed) {}

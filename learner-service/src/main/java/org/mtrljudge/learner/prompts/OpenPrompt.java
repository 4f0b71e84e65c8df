package org.mtrljudge.learner.prompts;

/** A training prompt that is neither learned nor left out yet, and the place of its example. */
public record OpenPrompt(String promptId, PromptSchedule.Place place) {}

package org.mtrljudge.learner.prompts;

/** A training prompt that is neither learned nor left out yet, and which example it asks. */
public record OpenPrompt(String promptId, PromptSchedule.Place place) {}

package org.mtrljudge.learner;

/** A training prompt that is neither learned nor left out yet, and which example it asks. */
record OpenPrompt(String promptId, PromptSchedule.Place place) {}

package org.mtrljudge.learner.prompts;

import org.mtrljudge.settings.io.Required;

/**
 * A training prompt that is neither learned nor left out yet, and the place of its example.
 *
 * @param seed the seed of its sampling; 0 in checkpoints of earlier builds
 */
public record OpenPrompt(
        @Required String promptId, @Required PromptSchedule.Place place, long seed) {}

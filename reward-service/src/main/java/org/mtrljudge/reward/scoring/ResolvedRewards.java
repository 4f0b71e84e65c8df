package org.mtrljudge.reward.scoring;

import org.jspecify.annotations.Nullable;

/**
 * The rewards that settings name, read once: a reward set's file may change while a command works, and every reading opens the
 * plug-ins' JARs. Plug-ins stay loaded until the process ends, so nothing is closed.
 *
 * @param settings what groups are scored with
 * @param text of the reward set's file, as it was read; null when the settings name no file
 */
public record ResolvedRewards(
        RewardSettings settings, @Nullable String text) {}

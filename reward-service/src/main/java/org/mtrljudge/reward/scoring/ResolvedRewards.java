package org.mtrljudge.reward.scoring;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The rewards that the settings name. They are read once, because the file of a reward set may change while a command works, and
 * because every reading opens the JARs of the plug-ins. Plug-ins stay loaded until the process ends, so nothing is closed.
 *
 * @param settings the settings with which groups are scored
 * @param text the text of the reward set file; null when the settings name no file
 * @param sources the text of the files of reward functions; empty where there are none
 * @param unused the functions and servers that no task of the reward set has as its verifier
 */
public record ResolvedRewards(
        RewardSettings settings, @Nullable String text, String sources, List<String> unused) {}

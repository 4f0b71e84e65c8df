package org.mtrljudge.reward;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.rule.Verifiers;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.ResolvedRewards;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.settings.Check;

/** The settings of a run that the reward service reads. */
public record RewardSection(Algorithm algorithm, Reward reward, Rollout rollout) {

    /** @param n the number of completions of a training group */
    public record Rollout(int n) {}

    /**
     * How advantages are computed from rewards.
     *
     * @param runningScale whether advantages are divided by the running scale of their task
     */
    public record Algorithm(AdvantageEstimator advEstimator, boolean runningScale) {}

    /**
     * @param formatWeight α in (1 − α) · accuracy + α · format; ignored when {@code file} is given
     * @param file a reward set; null for the reward with {@code formatWeight}
     * @param plugins a folder with JARs of verifiers; null for none
     * @param pluginTimeoutMs the time limit of one call of a plug-in
     * @param pluginCallsAtOnce the calls of a plug-in at the same time: a group is verified in parts of so many completions
     * @param pairLimitMs a group that waited this long for the other orders of its pair becomes a dead letter
     * @param httpPort the loopback port on which a standalone run serves statistics; 0 for any free port; null for none
     */
    public record Reward(
            double formatWeight,
            @Nullable String file,
            @Nullable String plugins,
            long pluginTimeoutMs,
            int pluginCallsAtOnce,
            long pairLimitMs,
            @Nullable Integer httpPort) {
        public Reward {
            Check.range("reward.http_port", httpPort == null ? 0 : httpPort, 0, 65_535);
            Check.range("reward.plugin_timeout_ms", pluginTimeoutMs, 1, 300_000);
            Check.range("reward.plugin_calls_at_once", pluginCallsAtOnce, 1, 1024);
        }
    }

    /**
     * Reads the reward set and opens the plug-ins. Each call repeats this work, so a command resolves once and passes the value on.
     *
     * @throws IllegalArgumentException when the reward set is wrong, or when one section contradicts the other
     */
    public ResolvedRewards resolve() {
        final Verifiers verifiers = new Verifiers(
                reward.plugins == null ? null : Path.of(reward.plugins),
                reward.pluginTimeoutMs,
                reward.pluginCallsAtOnce);
        if (reward.file == null) {
            return new ResolvedRewards(settings(RewardSet.accuracyAndFormat(reward.formatWeight)), null);
        }
        final Path file = Path.of(reward.file);
        final String text = RewardSetReader.text(file);
        return new ResolvedRewards(settings(new RewardSetReader(verifiers).read(file, text)), text);
    }

    private RewardSettings settings(final RewardSet set) {
        return new RewardSettings(set, algorithm.advEstimator, algorithm.runningScale, reward.pairLimitMs, rollout.n);
    }
}

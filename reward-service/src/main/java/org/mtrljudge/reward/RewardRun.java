package org.mtrljudge.reward;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.Check;

/** What the reward service reads of a run's settings. */
public record RewardRun(Algorithm algorithm, Reward reward) {

    /**
     * How rewards become advantages.
     *
     * @param runningScale divide them by their task's running scale
     */
    public record Algorithm(AdvantageEstimator advEstimator, boolean runningScale) {}

    /**
     * @param formatWeight α in (1 − α) · accuracy + α · format; without meaning when there is a file
     * @param file a reward set, null for that one
     * @param plugins a folder with JARs of verifiers, null for none
     * @param pluginTimeoutMs what one call of theirs may take
     * @param pairTimeoutMs a group waits for the other order of its pair until nothing has come for so long
     * @param httpPort where a standalone run serves statistics on loopback, 0 for any free port; null: nowhere
     */
    public record Reward(
            double formatWeight,
            @Nullable String file,
            @Nullable String plugins,
            long pluginTimeoutMs,
            long pairTimeoutMs,
            @Nullable Integer httpPort) {
        public Reward {
            Check.range("reward.http_port", httpPort == null ? 0 : httpPort, 0, 65_535);
            Check.range("reward.plugin_timeout_ms", pluginTimeoutMs, 1, 3_600_000);
        }
    }

    /**
     * Reads the reward set and opens the plug-ins, anew at each call: a command resolves once and passes the value on.
     *
     * @throws IllegalArgumentException when the reward set or what one section says of the other is wrong
     */
    public ResolvedRewards resolve() {
        final Verifiers verifiers =
                new Verifiers(reward.plugins == null ? null : Path.of(reward.plugins), reward.pluginTimeoutMs);
        if (reward.file == null) {
            return new ResolvedRewards(settings(RewardSet.accuracyAndFormat(reward.formatWeight)), null);
        }
        final Path file = Path.of(reward.file);
        final String text = RewardSetReader.text(file);
        return new ResolvedRewards(settings(new RewardSetReader(verifiers).read(file, text)), text);
    }

    private RewardSettings settings(final RewardSet set) {
        return new RewardSettings(
                set,
                algorithm.advEstimator,
                algorithm.runningScale,
                reward.pairTimeoutMs);
    }
}

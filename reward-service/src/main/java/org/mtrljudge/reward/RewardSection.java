package org.mtrljudge.reward;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.grader.Verifiers;
import org.mtrljudge.reward.http.RewardServer;
import org.mtrljudge.reward.http.ServerSettings;
import org.mtrljudge.reward.python.FunctionSettings;
import org.mtrljudge.reward.python.PythonFunction;
import org.mtrljudge.reward.rule.OwnRewards;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.rule.RewardSetReader;
import org.mtrljudge.reward.scoring.AdvantageEstimator;
import org.mtrljudge.reward.scoring.ResolvedRewards;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.Check;

/** The settings of a run that the reward service reads. */
public record RewardSection(Algorithm algorithm, Reward reward, Rollout rollout, Data data) {

    /** @param n the number of completions of a training group */
    public record Rollout(int n) {}

    /** @param file the data, whose folder has the pictures; null: the built-in tasks */
    public record Data(@Nullable String file) {}

    /**
     * How advantages are computed from rewards.
     *
     * @param runningScale whether advantages are divided by the running scale of their task
     */
    public record Algorithm(AdvantageEstimator advEstimator, boolean runningScale) {}

    /**
     * @param formatWeight α in (1 − α) · accuracy + α · format; ignored when {@code file} is given
     * @param file a reward set; null for the reward with {@code formatWeight}
     * @param functions reward functions in Python, see {@link FunctionSettings}
     * @param servers reward servers and judges over HTTP, see {@link ServerSettings}
     * @param plugins a folder with JARs of verifiers; null for none
     * @param pluginTimeoutMs the time limit of one call of a plug-in
     * @param pluginCallsAtOnce the calls of a plug-in at the same time: a group is verified in parts of so many completions
     * @param pairLimitMs a group that waited this long for the other orders of its pair becomes a dead letter
     * @param httpPort the loopback port on which a standalone run serves statistics; 0 for any free port; null for none
     */
    public record Reward(
            double formatWeight,
            @Nullable String file,
            List<Map<String, Object>> functions,
            List<Map<String, Object>> servers,
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

        /** These settings as text without functions and servers, as builds before there were any wrote them. */
        public String without() {
            return toString().replace(", functions=" + functions + ", servers=" + servers, "");
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
        final List<FunctionSettings> functions =
                reward.functions.stream().map(FunctionSettings::of).toList();
        final ImageStore images = new ImageStore(ImageStore.root(data.file, Path.of("")));
        final List<OwnRewards.Own> own = new ArrayList<>();
        functions.forEach(
                function -> own.add(new OwnRewards.Own(new PythonFunction(function, images), function.tasks())));
        reward.servers.stream()
                .map(ServerSettings::of)
                .forEach(server -> own.add(new OwnRewards.Own(new RewardServer(server, images), server.tasks())));
        own.forEach(one -> verifiers.add(one.grader()));
        final String sources = functions.stream().map(FunctionSettings::source).collect(Collectors.joining("\n"));
        if (reward.file == null) {
            final RewardSet set = OwnRewards.over(RewardSet.accuracyAndFormat(reward.formatWeight), own);
            return new ResolvedRewards(settings(set), null, sources, List.of());
        }
        final Path file = Path.of(reward.file);
        final String text = RewardSetReader.text(file);
        final RewardSet set = new RewardSetReader(verifiers).read(file, text);
        final List<String> unused = own.stream()
                .map(OwnRewards.Own::grader)
                .filter(grader -> !set.uses(grader))
                .map(grader -> grader.terms().name())
                .toList();
        return new ResolvedRewards(settings(set), text, sources, unused);
    }

    private RewardSettings settings(final RewardSet set) {
        return new RewardSettings(set, algorithm.advEstimator, algorithm.runningScale, reward.pairLimitMs, rollout.n);
    }
}

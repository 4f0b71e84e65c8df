package org.mtrljudge.standalone;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.ActorRun;
import org.mtrljudge.learner.LearnerRun;
import org.mtrljudge.learner.LearnerSettings;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.reward.ResolvedRewards;
import org.mtrljudge.reward.RewardRun;
import org.mtrljudge.reward.RewardSettings;
import org.mtrljudge.service.Connections;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.source.DataSettings;

/**
 * One run's settings as all its services read them.
 *
 * @param resolved what {@code rewarding} names, read when the settings were: a command scores and reports with the same set
 */
record RunSettings(
        SettingsTree tree,
        ActorRun actors,
        RewardRun rewarding,
        ResolvedRewards resolved,
        LearnerRun learning,
        Connections connections) {

    /**
     * The defaults, a YAML file over them, the environment over both, {@code key=value} pairs over all.
     *
     * @throws UsageException that names the key, its value and what is allowed
     */
    static RunSettings read(final @Nullable Path file, final List<String> pairs) {
        return of(SettingsTree.read(file, System.getenv(), pairs));
    }

    private static RunSettings of(final SettingsTree tree) {
        final ActorRun actors = tree.bind(ActorRun.class);
        final RewardRun rewarding = tree.bind(RewardRun.class);
        final LearnerRun learning = LearnerRun.of(tree);
        final Connections connections = tree.bind(Connections.class);
        return new RunSettings(tree, actors, rewarding, resolve(rewarding), learning, connections);
    }

    private static ResolvedRewards resolve(final RewardRun rewarding) {
        try {
            return rewarding.resolve();
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        }
    }

    /** The same but for one setting, which is none of the rewards'. */
    private RunSettings with(final String pair) {
        final SettingsTree changed = tree.with(pair);
        return new RunSettings(
                changed,
                changed.bind(ActorRun.class),
                rewarding,
                resolved,
                LearnerRun.of(changed),
                changed.bind(Connections.class));
    }

    /** The same, but so many RL steps. */
    RunSettings withTotalSteps(final int steps) {
        return with("trainer.total_steps=" + steps);
    }

    /** The same, but an actor takes as many prompts as give the completions it draws together in training. */
    RunSettings forSamples(final int samples) {
        final int together = rollout().maxPrompts() * learner().rollout().n();
        return with("rollout.max_prompts=" + Math.max(1, together / samples));
    }

    String model() {
        return learning.model();
    }

    DataSettings data() {
        return learning.data();
    }

    LearnerSettings learner() {
        return learning.settings();
    }

    ModelOptions modelOptions() {
        return learning.modelOptions();
    }

    ActorRun.Rollout rollout() {
        return actors.rollout();
    }

    RewardSettings rewards() {
        return resolved.settings();
    }

    Map<String, Object> kafka() {
        return connections.kafka();
    }
}

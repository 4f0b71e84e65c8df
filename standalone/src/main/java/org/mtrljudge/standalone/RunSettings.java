package org.mtrljudge.standalone;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.ActorRun;
import org.mtrljudge.learner.LearnerRun;
import org.mtrljudge.learner.LearnerSettings;
import org.mtrljudge.model.ModelOptions;
import org.mtrljudge.reward.RewardRun;
import org.mtrljudge.reward.RewardSettings;
import org.mtrljudge.service.Connections;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.source.DataSettings;

/** One run's settings as all its services read them. */
record RunSettings(
        SettingsTree tree, ActorRun actors, RewardRun rewarding, LearnerRun learning, Connections connections) {

    /**
     * The defaults, a YAML file over them, the environment over both, {@code key=value} pairs over all.
     *
     * @throws UsageException that names the key, its value and what is allowed
     */
    static RunSettings read(final @Nullable Path file, final List<String> pairs) {
        return of(SettingsTree.read(file, System.getenv(), pairs));
    }

    private static RunSettings of(final SettingsTree tree) {
        final RunSettings settings = new RunSettings(
                tree,
                tree.bind(ActorRun.class),
                tree.bind(RewardRun.class),
                LearnerRun.of(tree),
                tree.bind(Connections.class));
        try {
            settings.rewards(); // what one section says of another
            return settings;
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        }
    }

    /** The same, but so many RL steps. */
    RunSettings withTotalSteps(final int steps) {
        return of(tree.with("trainer.total_steps=" + steps));
    }

    /** The same, but an actor takes as many prompts as give the completions it draws together in training. */
    RunSettings forSamples(final int samples) {
        final int together = rollout().maxPrompts() * learner().rollout().n();
        return of(tree.with("rollout.max_prompts=" + Math.max(1, together / samples)));
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
        return rewarding.settings();
    }

    Map<String, Object> kafka() {
        return connections.kafka();
    }
}

package org.mtrljudge.standalone.run;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.ActorSection;
import org.mtrljudge.learner.settings.LearnerSection;
import org.mtrljudge.learner.settings.LearnerSettings;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.reward.RewardSection;
import org.mtrljudge.reward.scoring.ResolvedRewards;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.service.Connections;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.tasks.source.DataSettings;

/**
 * The settings of a run, as all its services read them.
 *
 * @param resolved the reward set that {@code rewarding} names. It is read once with the settings, so a command scores and reports with the
 *     same set
 */
public record RunSettings(
        SettingsTree tree,
        ActorSection actors,
        RewardSection rewarding,
        ResolvedRewards resolved,
        LearnerSection learning,
        Connections connections) {

    /**
     * Reads the settings. A YAML file overrides the defaults, the environment overrides the file, and {@code key=value} pairs override all.
     *
     * @throws UsageException when a setting is wrong; the message names the key, its value and the allowed values
     */
    public static RunSettings read(final @Nullable Path file, final List<String> pairs) {
        return of(SettingsTree.read(file, System.getenv(), pairs));
    }

    private static RunSettings of(final SettingsTree tree) {
        final ActorSection actors = tree.bind(ActorSection.class);
        final RewardSection rewarding = tree.bind(RewardSection.class);
        final LearnerSection learning = LearnerSection.of(tree);
        final Connections connections = tree.bind(Connections.class);
        return new RunSettings(tree, actors, rewarding, resolve(rewarding), learning, connections);
    }

    private static ResolvedRewards resolve(final RewardSection rewarding) {
        try {
            return rewarding.resolve();
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        }
    }

    /** The same settings with one change, which must not concern the rewards. */
    RunSettings with(final String pair) {
        final SettingsTree changed = tree.with(pair);
        return new RunSettings(
                changed,
                changed.bind(ActorSection.class),
                rewarding,
                resolved,
                LearnerSection.of(changed),
                changed.bind(Connections.class));
    }

    /** The same settings with another number of RL steps. */
    public RunSettings withTotalSteps(final int steps) {
        return with("trainer.total_steps=" + steps);
    }

    /**
     * The same settings with another number of prompts per actor batch: the batch has as many completions as in training.
     *
     * @param samples completions per prompt
     */
    public RunSettings forSamples(final int samples) {
        final int together = rollout().maxPrompts() * learner().rollout().n();
        return with("rollout.max_prompts=" + Math.max(1, together / samples));
    }

    public String model() {
        return learning.model();
    }

    /** The model that the run begins with. */
    public JudgeFolder folder() {
        return learning.folder();
    }

    public DataSettings data() {
        return learning.data();
    }

    public LearnerSettings learner() {
        return learning.settings();
    }

    public ModelOptions modelOptions() {
        return learning.modelOptions();
    }

    public ActorSection.Rollout rollout() {
        return actors.rollout();
    }

    public RewardSettings rewards() {
        return resolved.settings();
    }

    public Map<String, Object> kafka() {
        return connections.kafka();
    }
}

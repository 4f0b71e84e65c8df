package org.mtrljudge.actor;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSettings;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.Check;

/**
 * What actors read of a run's settings.
 *
 * @param model a preset's name or a checkpoint folder
 * @param device auto (a GPU where there is one), cpu or cuda:N
 */
public record ActorSection(String model, String device, Data data, Rollout rollout, Policy actor) {

    /** @param file a {@code data.jsonl}, beside which images by reference lie; null for the built-in tasks */
    public record Data(@Nullable String file) {}

    /** How the policy is held. */
    public record Policy(ModelSettings model) {}

    /**
     * @param actors how many run in a standalone process; 0 when all come as processes of their own
     * @param maxPrompts an actor takes at once
     * @param threads cores one operation of an actor may use
     * @param inFlightUpdate actors take newer weights while a group is generating
     * @param serverUrl of a completions server that generates instead of this process; null: none does
     * @param serverModel the base model's name there
     * @param serverAdapters a folder in which adapters reach it
     */
    public record Rollout(
            int actors,
            int maxPrompts,
            int threads,
            boolean inFlightUpdate,
            @Nullable String serverUrl,
            @Nullable String serverModel,
            @Nullable String serverAdapters) {
        public Rollout {
            Check.range("rollout.actors", actors, 0, 64);
            Check.range("rollout.max_prompts", maxPrompts, 1, 4096);
            Check.range("rollout.threads", threads, 1, 1024);
            if (serverUrl != null && (serverModel == null || serverAdapters == null)) {
                throw new IllegalArgumentException(
                        "rollout.server_url needs rollout.server_model, the base model's name there,"
                                + " and rollout.server_adapters, a folder the server sees under the same path");
            }
        }
    }

    /** @throws org.mtrljudge.model.config.ModelException when there is no such device */
    public ModelOptions modelOptions() {
        return actor.model().on(device);
    }

    /** Whether actors need a model in their own process. */
    public boolean generatesHere() {
        return rollout.serverUrl() == null;
    }

    /** @param id unique among the run's actors */
    public ActorSettings settings(final String id) {
        return new ActorSettings(id, rollout.maxPrompts(), Topics.MAX_DELIVERIES, rollout.inFlightUpdate());
    }

    /** Where images by reference lie. */
    public Path dataRoot(final Path runFolder) {
        return ImageStore.root(data.file(), runFolder);
    }
}

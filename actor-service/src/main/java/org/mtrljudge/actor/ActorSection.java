package org.mtrljudge.actor;

import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.engine.Policy;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.ModelOptions;
import org.mtrljudge.model.config.ModelSettings;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.model.generation.Batching;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.Check;

/**
 * The settings of a run that actors read.
 *
 * @param model the name of a preset, or a checkpoint folder
 * @param device auto (a GPU if the machine has one), cpu or cuda:N
 */
public record ActorSection(String model, String device, Data data, Rollout rollout, Policy actor) {

    /**
     * @param file a {@code data.jsonl}, whose folder contains the images by reference; null: the built-in tasks
     * @param minPixels see {@link PromptLimits}
     * @param maxPixels see {@link PromptLimits}
     * @param maxPromptLength see {@link PromptLimits}
     */
    public record Data(
            @Nullable String file,
            @Nullable Long minPixels,
            @Nullable Long maxPixels,
            @Nullable Integer maxPromptLength) {
        PromptLimits limits() {
            return new PromptLimits(minPixels, maxPixels, maxPromptLength);
        }
    }

    /** How the policy model is loaded. */
    public record Policy(ModelSettings model) {}

    /**
     * How completions are generated.
     *
     * @param actors the number of actors in a standalone process; 0: all actors are separate processes
     * @param maxPrompts the largest number of prompts that an actor takes at once
     * @param maxBatchedTokens the limit of the positions whose keys and values an actor keeps at once, see {@link Batching}
     * @param threads the number of cores that one operation of an actor may use
     * @param inFlightUpdate whether actors take newer weights while they generate a group
     * @param weightsTimeoutS an actor that cannot use weights, or cannot read the folder of the images, for this number of seconds ends with the
     *     reason
     * @param serverUrl the URL of a completions server that generates; null: the actor generates in its own process
     * @param serverModel the name of the base model at the server
     * @param serverAdapters a folder from which the server loads adapters
     */
    public record Rollout(
            int actors,
            int maxPrompts,
            int maxBatchedTokens,
            int threads,
            boolean inFlightUpdate,
            int weightsTimeoutS,
            @Nullable String serverUrl,
            @Nullable String serverModel,
            @Nullable String serverAdapters) {
        public Rollout {
            Check.range("rollout.actors", actors, 0, 64);
            Check.range("rollout.max_prompts", maxPrompts, 1, 4096);
            Check.range("rollout.max_batched_tokens", maxBatchedTokens, 1, Integer.MAX_VALUE);
            Check.range("rollout.threads", threads, 1, 1024);
            Check.range("rollout.weights_timeout_s", weightsTimeoutS, 1, 86_400);
            if (serverUrl != null && (serverModel == null || serverAdapters == null)) {
                throw new IllegalArgumentException(
                        "rollout.server_url needs rollout.server_model, the name of the base model on the server, and"
                                + " rollout.server_adapters, a folder that the server sees under the same path");
            }
        }
    }

    /** @throws org.mtrljudge.model.config.ModelException when the device does not exist */
    public ModelOptions modelOptions() {
        return actor.model().on(device);
    }

    /** The base model. Its prompts have the limits of the run. */
    public JudgeFolder folder() {
        return JudgeFolder.named(model).within(data.limits());
    }

    /** Whether actors generate in their own process, and so need a model there. */
    public boolean generatesHere() {
        return rollout.serverUrl() == null;
    }

    /** @param id the id of the actor, unique among the actors of the run */
    public ActorSettings settings(final String id) {
        return new ActorSettings(
                id,
                rollout.maxPrompts(),
                Topics.MAX_DELIVERIES,
                rollout.inFlightUpdate(),
                Duration.ofSeconds(rollout.weightsTimeoutS()));
    }

    /** The folder of the images that a run names by reference. */
    public Path dataRoot(final Path runFolder) {
        return ImageStore.root(data.file(), runFolder);
    }
}

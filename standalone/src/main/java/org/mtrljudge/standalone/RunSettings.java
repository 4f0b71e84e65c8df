package org.mtrljudge.standalone;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.learner.LearnerSettings;
import org.mtrljudge.learner.PolicyWriter;
import org.mtrljudge.learner.SftSettings;
import org.mtrljudge.model.Lora;
import org.mtrljudge.model.ModelException;
import org.mtrljudge.model.ModelOptions;
import org.mtrljudge.model.WeightType;
import org.mtrljudge.reward.AdvantageEstimator;
import org.mtrljudge.reward.RewardSet;
import org.mtrljudge.reward.RewardSetReader;
import org.mtrljudge.reward.RewardSettings;
import org.mtrljudge.reward.Verifiers;
import org.mtrljudge.schemas.HttpSchemaRegistry;
import org.mtrljudge.schemas.LocalSchemaRegistry;
import org.mtrljudge.schemas.PolicyStore;
import org.mtrljudge.schemas.SchemaRegistry;
import org.mtrljudge.tasks.Check;

/**
 * One run's settings as its YAML file has them; {@code quickstart.yaml} holds every key with its default.
 *
 * @param model a preset's name or a checkpoint folder
 * @param device auto (a GPU where there is one), cpu or cuda:N
 * @param kafka passed to every Kafka client untouched
 */
record RunSettings(
        String model,
        String device,
        Data data,
        Rollout rollout,
        LearnerSettings.Actor actor,
        Algorithm algorithm,
        LearnerSettings.Trainer trainer,
        SftSettings sft,
        Reward reward,
        Broker broker,
        WeightBus weights,
        Map<String, Object> kafka) {

    /**
     * @param file a {@code data.jsonl} of the user's own, null for the built-in tasks
     * @param seed of the built-in tasks' pictures
     * @param trainSize built-in examples of each task
     */
    record Data(
            @Nullable String file,
            long seed,
            int trainSize,
            int validationSize,
            int testSize,
            int rolloutBatchSize,
            int maxResponseLength) {
        Data {
            Check.range("data.train_size", trainSize, 1, 10_000_000);
            Check.range("data.validation_size", validationSize, 0, 1_000_000);
            Check.range("data.test_size", testSize, 1, 1_000_000);
        }

        /** Whether the same training examples come in the same order. */
        boolean drawnAs(final Data other) {
            return Objects.equals(file, other.file) && seed == other.seed && trainSize == other.trainSize;
        }
    }

    /**
     * @param actors how many run in this process; 0 when all come as processes of their own
     * @param maxPrompts an actor takes at once
     * @param threads cores one operation of an actor may use
     * @param inFlightUpdate actors take newer weights while a group is generating
     * @param serverUrl of a completions server that generates instead of this process; null: none does
     * @param serverModel the base model's name there
     * @param serverAdapters a folder in which adapters reach it
     */
    record Rollout(
            int n,
            double temperature,
            double topP,
            int actors,
            int maxPrompts,
            int threads,
            boolean inFlightUpdate,
            @Nullable String serverUrl,
            @Nullable String serverModel,
            @Nullable String serverAdapters) {
        Rollout {
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

    /**
     * As the learner's, and how rewards become advantages.
     *
     * @param runningScale divide them by their task's running scale
     */
    record Algorithm(
            String advEstimator,
            boolean runningScale,
            double klCoef,
            boolean onlineFiltering,
            String rolloutIs,
            double rolloutIsThreshold) {
        Algorithm {
            Check.choice("algorithm.adv_estimator", advEstimator, AdvantageEstimator.keys());
        }
    }

    /**
     * @param formatWeight α in (1 − α) · accuracy + α · format; without meaning when there is a file
     * @param file a reward set, null for that one
     * @param plugins a folder with JARs of verifiers, null for none
     * @param pluginTimeoutMs what one call of theirs may take
     * @param pairTimeoutMs a group waits for the other order of its pair until nothing has come for so long
     * @param httpPort where statistics are served on loopback, 0 for any free port; null: nowhere
     */
    record Reward(
            double formatWeight,
            @Nullable String file,
            @Nullable String plugins,
            long pluginTimeoutMs,
            long pairTimeoutMs,
            @Nullable Integer httpPort) {
        Reward {
            Check.range("reward.http_port", httpPort == null ? 0 : httpPort, 0, 65_535);
            Check.range("reward.plugin_timeout_ms", pluginTimeoutMs, 1, 3_600_000);
        }
    }

    /**
     * @param port of the embedded broker, 0 for any free one
     * @param schemaRegistryUrl of a registry with Confluent's interface; null: ids are made from the schemas, without a server
     */
    record Broker(int port, @Nullable String schemaRegistryUrl) {
        Broker {
            Check.range("broker.port", port, 0, 65_535);
        }
    }

    /**
     * How policies travel.
     *
     * @param store where those lie that are larger than {@code maxLogMb}: {@code file:/FOLDER} or {@code s3://BUCKET/PREFIX};
     *     null: all go through the log
     */
    record WeightBus(@Nullable String store, int maxLogMb) {
        WeightBus {
            Check.range("weights.max_log_mb", maxLogMb, 0, 2047);
            if (store != null && !store.startsWith("file:") && !store.startsWith("s3://")) {
                throw new IllegalArgumentException("weights.store is '" + store
                        + "'; file:/FOLDER and s3://BUCKET/PREFIX are places for policies");
            }
        }
    }

    /**
     * How actors and learner hold the model; only the learner checkpoints its gradients.
     *
     * @throws ModelException when there is no such device or LoRA
     */
    ModelOptions modelOptions() {
        final LearnerSettings.Model m = actor.model();
        return new ModelOptions(
                device,
                m.dtype().equals("bfloat16") ? WeightType.BF16 : WeightType.F32,
                m.lora().rank() == 0
                        ? null
                        : new Lora(m.lora().rank(), m.lora().alpha(), m.lora().targetModules()),
                m.enableGradientCheckpointing());
    }

    /** The same, but so many RL steps. */
    RunSettings withTotalSteps(final int steps) {
        return new RunSettings(
                model,
                device,
                data,
                rollout,
                actor,
                algorithm,
                trainer.withTotalSteps(steps),
                sft,
                reward,
                broker,
                weights,
                kafka);
    }

    /** Where policies lie that are too big for the log, to be closed by the caller; null when none is set. */
    @Nullable
    PolicyStore policyStore() {
        return weights.store == null ? null : PolicyStore.at(weights.store);
    }

    PolicyWriter.Bus bus(final @Nullable PolicyStore store) {
        return new PolicyWriter.Bus(store, (long) weights.maxLogMb << 20);
    }

    SchemaRegistry schemaRegistry() {
        return broker.schemaRegistryUrl == null
                ? new LocalSchemaRegistry()
                : new HttpSchemaRegistry(broker.schemaRegistryUrl);
    }

    LearnerSettings learner() {
        return new LearnerSettings(
                new LearnerSettings.Data(data.rolloutBatchSize, data.maxResponseLength),
                new LearnerSettings.Rollout(rollout.n, rollout.temperature, rollout.topP),
                actor,
                new LearnerSettings.Algorithm(
                        algorithm.klCoef, algorithm.onlineFiltering, algorithm.rolloutIs, algorithm.rolloutIsThreshold),
                trainer,
                sft);
    }

    RewardSettings rewards() {
        final Verifiers verifiers =
                new Verifiers(reward.plugins == null ? null : Path.of(reward.plugins), reward.pluginTimeoutMs);
        final RewardSet set = reward.file == null
                ? RewardSet.accuracyAndFormat(reward.formatWeight)
                : new RewardSetReader(verifiers).read(Path.of(reward.file));
        return new RewardSettings(
                set,
                AdvantageEstimator.valueOf(algorithm.advEstimator.toUpperCase(Locale.ROOT)),
                algorithm.runningScale,
                reward.pairTimeoutMs);
    }
}

package org.mtrljudge.actor;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import org.mtrljudge.actor.engine.GenerationEngine;
import org.mtrljudge.actor.engine.JudgeEngine;
import org.mtrljudge.actor.engine.ServerEngine;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.settings.UsageException;

/** Makes the generation engines of actors, as the settings of the run require. */
public final class Engines {
    /** The key of a completions server, sent as a bearer token. */
    private static final String KEY = "OPENAI_API_KEY";

    private final ActorSection run;
    private final Path dataRoot;

    /** @param dataRoot the folder of the images by reference */
    public Engines(final ActorSection run, final Path dataRoot) {
        this.run = run;
        this.dataRoot = dataRoot;
    }

    /** An engine with its own model, which is loaded for it. */
    public GenerationEngine engine() {
        return engine(() -> JudgeModel.load(run.folder(), run.modelOptions()));
    }

    /** @param models supplies the model of an actor that generates in this process */
    public GenerationEngine engine(final Supplier<JudgeModel> models) {
        final ActorSection.Rollout rollout = run.rollout();
        if (rollout.serverUrl() == null) {
            return new JudgeEngine(models.get(), dataRoot, rollout.threads(), rollout.maxBatchedTokens());
        }
        final JudgeFolder folder = run.folder();
        final Lora lora = folder.resolved(run.modelOptions()).lora();
        if (lora == null) {
            throw new UsageException(
                    "a completions server loads adapters, not whole models: train an adapter, for example with"
                            + " --set actor.model.lora.rank=64");
        }
        return new ServerEngine(
                new ServerEngine.Settings(
                        URI.create(rollout.serverUrl()),
                        Objects.requireNonNull(rollout.serverModel()),
                        Path.of(Objects.requireNonNull(rollout.serverAdapters())),
                        lora,
                        folder,
                        run.data().limits(),
                        Duration.ofSeconds(rollout.weightsTimeoutS())),
                dataRoot,
                System.getenv(KEY));
    }
}

package org.mtrljudge.actor;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.settings.UsageException;

/** What a run's actors generate with, by its settings. */
public final class Engines {
    /** The key of a completions server, sent as a bearer token. */
    private static final String KEY = "OPENAI_API_KEY";

    private final ActorSection run;
    private final Path dataRoot;

    /** @param dataRoot where images by reference lie */
    public Engines(final ActorSection run, final Path dataRoot) {
        this.run = run;
        this.dataRoot = dataRoot;
    }

    /** With a model that is loaded for it. */
    public GenerationEngine engine() {
        return engine(() -> JudgeModel.load(JudgeFolder.named(run.model()), run.modelOptions()));
    }

    /** @param models for actors that generate in this process */
    public GenerationEngine engine(final Supplier<JudgeModel> models) {
        final ActorSection.Rollout rollout = run.rollout();
        if (rollout.serverUrl() == null) {
            return new JudgeEngine(models.get(), dataRoot, rollout.threads());
        }
        final JudgeFolder folder = JudgeFolder.named(run.model());
        final Lora lora = folder.resolved(run.modelOptions()).lora();
        if (lora == null) {
            throw new UsageException(
                    "a server takes adapters, not whole models: train one, as in --set actor.model.lora.rank=64");
        }
        return new ServerEngine(
                new ServerEngine.Settings(
                        URI.create(rollout.serverUrl()),
                        Objects.requireNonNull(rollout.serverModel()),
                        Path.of(Objects.requireNonNull(rollout.serverAdapters())),
                        lora,
                        folder.config()),
                dataRoot,
                System.getenv(KEY));
    }
}

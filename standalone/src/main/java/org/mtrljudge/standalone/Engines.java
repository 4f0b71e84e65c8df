package org.mtrljudge.standalone;

import java.net.URI;
import java.nio.file.Path;
import java.util.Objects;
import java.util.function.Supplier;
import org.mtrljudge.actor.GenerationEngine;
import org.mtrljudge.actor.JudgeEngine;
import org.mtrljudge.actor.ServerEngine;
import org.mtrljudge.model.JudgeFolder;
import org.mtrljudge.model.JudgeModel;
import org.mtrljudge.model.Lora;

/** What a run's actors generate with, by its settings. */
final class Engines {
    /** The key of a completions server, sent as a bearer token. */
    private static final String KEY = "OPENAI_API_KEY";

    private final RunSettings settings;
    private final Path dataRoot;

    Engines(final RunSettings settings, final Path dataRoot) {
        this.settings = settings;
        this.dataRoot = dataRoot;
    }

    /** Whether actors need a model in this process. */
    static boolean inProcess(final RunSettings settings) {
        return settings.rollout().serverUrl() == null;
    }

    /** @param models for actors that generate in this process */
    GenerationEngine engine(final Supplier<JudgeModel> models) {
        final RunSettings.Rollout rollout = settings.rollout();
        if (rollout.serverUrl() == null) {
            return new JudgeEngine(models.get(), dataRoot, rollout.threads());
        }
        final JudgeFolder folder = JudgeFolder.named(settings.model());
        final Lora lora = folder.resolved(settings.modelOptions()).lora();
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

package org.mtrljudge.actor.engine;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.checkpoint.AdapterFolder;
import org.mtrljudge.model.config.JudgeConfig;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.schemas.policy.PolicyFetcher;
import org.mtrljudge.settings.io.Folders;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Generates with a server that has OpenAI's chat completions interface and loads LoRA adapters over HTTP, as vLLM does. One actor uses
 * all GPUs of the server. The server must return token ids ({@code return_token_ids}) and the log-probabilities with which it sampled.
 */
public final class ServerEngine implements GenerationEngine {
    private static final Logger LOG = LoggerFactory.getLogger(ServerEngine.class);
    private final Settings settings;
    private final CompletionsClient client;
    private final ImageStore images;
    // the name of the adapter that the server has loaded
    private @Nullable String adapter;

    /**
     * The address of the server, and how it gets adapters.
     *
     * @param url the address of the server, without {@code /v1}
     * @param model the name of the base model at the server
     * @param adapters a folder that the server sees under the same path
     * @param lora the adapter that is trained, because the server cannot load whole models
     * @param config the configuration of the base model
     */
    public record Settings(URI url, String model, Path adapters, Lora lora, JudgeConfig config) {}

    /**
     * @param dataRoot the folder of the images by reference
     * @param key the key that is sent as a bearer token; null: no token is sent
     */
    public ServerEngine(final Settings settings, final Path dataRoot, final @Nullable String key) {
        this.settings = settings;
        this.client =
                new CompletionsClient(settings.url, key, settings.config.text().vocabSize());
        this.images = new ImageStore(dataRoot);
    }

    /** Writes the adapter to the folder that the server reads, makes the server load it, and then removes the previous adapter. */
    @Override
    public void use(final Policy policy) {
        if (!(policy.weights() instanceof PolicyFetcher.Weights.InMemory inMemory)) {
            throw new ModelException("a completions server needs adapters from the log, but this policy is in a store");
        }
        final String name = "policy-" + policy.version() + "-" + policy.digest().substring(0, 12);
        final Path folder = settings.adapters.toAbsolutePath().resolve(name);
        AdapterFolder.write(folder, settings.model, settings.lora, settings.config, inMemory.image());
        client.loadAdapter(name, folder);
        if (adapter != null && !adapter.equals(name)) {
            client.unloadAdapter(adapter);
            remove(settings.adapters.toAbsolutePath().resolve(adapter));
        }
        adapter = name;
    }

    private static void remove(final Path folder) {
        try {
            Folders.delete(folder);
        } catch (final IOException e) {
            LOG.warn("the old adapter {} could not be deleted: {}", folder, e.getMessage());
        }
    }

    /** Sends all prompts at once, because the server makes its own batches. The weights do not change meanwhile. */
    @Override
    public List<Result> generate(
            final List<PromptRequest> prompts,
            final int groupSize,
            final Sampling sampling,
            final IntSupplier beforePiece) {
        final int mark = beforePiece.getAsInt();
        final String model = adapter == null ? settings.model : adapter;
        final List<CompletableFuture<Result>> asked = new ArrayList<>();
        for (final PromptRequest prompt : prompts) {
            asked.add(client.complete(model, prompt, groupSize, sampling, images, mark));
        }
        return asked.stream().map(CompletionsClient::joined).toList();
    }

    @Override
    public void close() {}
}

package org.mtrljudge.actor;

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
 * A server that speaks OpenAI's chat completions and loads LoRA adapters over HTTP, as vLLM does: one actor, as many GPUs as the
 * server has. It must return token ids ({@code return_token_ids}) and the log-probabilities it sampled by.
 */
public final class ServerEngine implements GenerationEngine {
    private static final Logger LOG = LoggerFactory.getLogger(ServerEngine.class);
    private final Settings settings;
    private final CompletionsClient client;
    private final ImageStore images;
    private @Nullable String adapter; // that the server has loaded

    /**
     * Where the server is and how adapters reach it.
     *
     * @param url up to where {@code /v1} begins
     * @param model the base model's name there
     * @param adapters a folder that the server sees under the same path
     * @param lora what is trained; the server cannot take whole models
     * @param config of the base model
     */
    public record Settings(URI url, String model, Path adapters, Lora lora, JudgeConfig config) {}

    /**
     * @param dataRoot where images by reference lie
     * @param key sent as a bearer token; null for none
     */
    public ServerEngine(final Settings settings, final Path dataRoot, final @Nullable String key) {
        this.settings = settings;
        this.client = new CompletionsClient(settings.url, key);
        this.images = new ImageStore(dataRoot);
    }

    /** Writes the adapter where the server can read it, has it loaded, and the one before forgotten. */
    @Override
    public void use(final Policy policy) {
        if (!(policy.weights() instanceof PolicyFetcher.Weights.InMemory inMemory)) {
            throw new ModelException("a server takes adapters from the log, this policy lies in a store");
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
            LOG.warn("the adapter {} is left where it is: {}", folder, e.getMessage());
        }
    }

    /** All prompts are on their way at once: the server makes its batches. Weights do not change in between. */
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

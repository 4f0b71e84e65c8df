package org.mtrljudge.actor.engine;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.actor.engine.CompletionsClient.Reply;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.checkpoint.AdapterFolder;
import org.mtrljudge.model.checkpoint.JudgeFolder;
import org.mtrljudge.model.config.Lora;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.PromptLimits;
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
 *
 * <p>Several actors may use one server: the adapters of each have names of their own. A server that is away may come back, also without
 * the adapters that it had.
 */
public final class ServerEngine implements GenerationEngine {
    private static final Logger LOG = LoggerFactory.getLogger(ServerEngine.class);
    /** A server that refuses so many prompts in a row does not mean the prompts. */
    private static final int MOST_REFUSED = 16;

    private final Settings settings;
    private final CompletionsClient client;
    private final PromptLength length;
    private final ImageStore images;
    private final String owner = "judge-" + UUID.randomUUID().toString().substring(0, 8);
    /** The adapters whose folders exist. The server may have them too. */
    private final Set<String> written = new LinkedHashSet<>();

    private @Nullable String adapter;
    private int refusedInARow;
    private long awaySinceNanos;
    private boolean away;

    /**
     * The address of the server, and how it gets adapters.
     *
     * @param url the address of the server, without {@code /v1}
     * @param model the name of the base model at the server
     * @param adapters a folder that the server sees under the same path
     * @param lora the adapter that is trained, because the server cannot load whole models
     * @param folder the base model, as the learner reads it
     * @param limits the limits of prompts; the server is asked to keep those of pictures
     * @param patience how long the server may be away
     */
    public record Settings(
            URI url,
            String model,
            Path adapters,
            Lora lora,
            JudgeFolder folder,
            PromptLimits limits,
            Duration patience) {}

    /**
     * @param dataRoot the folder of the images by reference
     * @param key the key that is sent as a bearer token; null: no token is sent
     */
    public ServerEngine(final Settings settings, final Path dataRoot, final @Nullable String key) {
        this.settings = settings;
        this.length = new PromptLength(settings.folder);
        this.client = new CompletionsClient(
                new ServerConnection(settings.url, key),
                settings.folder.config().text().vocabSize(),
                length,
                settings.limits);
        this.images = new ImageStore(dataRoot);
    }

    /** Writes the adapter to the folder that the server reads, makes the server load it, and then removes the previous adapter. */
    @Override
    public void use(final Policy policy) {
        if (!(policy.weights() instanceof PolicyFetcher.Weights.InMemory inMemory)) {
            throw new ModelException("a completions server needs adapters from the log, but this policy is in a store");
        }
        final String name =
                owner + "-" + policy.version() + "-" + policy.digest().substring(0, 12);
        AdapterFolder.write(folder(name), settings.model, settings.lora, settings.folder.config(), inMemory.image());
        adapter = name;
        written.add(name);
        try {
            load(name);
        } catch (final ServerAwayException e) {
            isAway(e);
        }
    }

    private Path folder(final String name) {
        return settings.adapters.toAbsolutePath().resolve(name);
    }

    private void load(final String name) {
        client.loadAdapter(name, folder(name));
        for (final String old : List.copyOf(written)) {
            if (!old.equals(name)) {
                client.unloadAdapter(old);
                forget(old);
            }
        }
    }

    private void forget(final String name) {
        written.remove(name);
        try {
            Folders.delete(folder(name));
        } catch (final IOException e) {
            LOG.warn("the old adapter {} could not be deleted: {}", folder(name), e.getMessage());
        }
    }

    /** @throws ModelException when no prompt was answered for too long */
    private void isAway(final ServerAwayException reason) {
        if (!away) {
            away = true;
            awaySinceNanos = System.nanoTime();
            LOG.warn("{}: its actor waits", reason.getMessage());
        }
        if (System.nanoTime() - awaySinceNanos > settings.patience.toNanos()) {
            throw new ModelException(
                    "no prompt was answered for " + settings.patience.toSeconds() + " s: " + reason.getMessage(),
                    reason);
        }
    }

    /** A server that was away may have forgotten its adapters, so the current one is loaded again. */
    @Override
    public boolean isReady() {
        if (!away) {
            return true;
        }
        try {
            client.checkReady();
            if (adapter != null) {
                load(adapter);
            }
            away = false;
            return true;
        } catch (final ServerAwayException e) {
            isAway(e);
            return false;
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
        try {
            List<Reply> replies = ask(prompts, groupSize, sampling, mark);
            if (adapter != null && replies.stream().anyMatch(Reply.NoModel.class::isInstance)) {
                LOG.warn("the server has forgotten the adapter {}, which is loaded again", adapter);
                load(adapter);
                replies = ask(prompts, groupSize, sampling, mark);
            }
            return replies.stream().map(this::result).toList();
        } catch (final ServerAwayException e) {
            if (e.isGone()) {
                isAway(e);
            }
            throw e;
        }
    }

    private List<Reply> ask(
            final List<PromptRequest> prompts, final int groupSize, final Sampling sampling, final int mark) {
        final String model = adapter == null ? settings.model : adapter;
        final List<CompletableFuture<Reply>> asked = new ArrayList<>();
        for (final PromptRequest prompt : prompts) {
            asked.add(client.complete(model, prompt, groupSize, sampling, images, mark));
        }
        return asked.stream().map(ServerConnection::joined).toList();
    }

    private Result result(final Reply reply) {
        if (reply instanceof Reply.Made made) {
            refusedInARow = 0;
            return made.group();
        }
        if (reply instanceof Reply.Refused refused) {
            refusedInARow += refused.byServer() ? 1 : 0;
            if (refusedInARow >= MOST_REFUSED) {
                throw new ModelException("the server at " + settings.url + " refused " + refusedInARow
                        + " prompts in a row, so it is not the prompts: " + refused.reason());
            }
            return new Result.Refused(refused.prompt(), refused.reason());
        }
        throw new ModelException(
                "the server at " + settings.url + " has no such model: " + ((Reply.NoModel) reply).reason());
    }

    /** Leaves neither adapters nor folders behind. */
    @Override
    public void close() {
        for (final String name : List.copyOf(written)) {
            try {
                client.unloadAdapter(name);
            } catch (final ModelException | ServerAwayException e) {
                LOG.warn("the adapter {} is left at the server: {}", name, e.getMessage());
            }
            forget(name);
        }
        length.close();
    }
}

package org.mtrljudge.actor.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.HttpBody;
import org.mtrljudge.settings.io.Mappers;

/** Sends requests to a completions server and reads its answers. */
final class CompletionsClient {
    private static final Duration PATIENCE = Duration.ofMinutes(10);
    private static final Duration CONNECTING = Duration.ofSeconds(10);
    private static final int ATTEMPTS = 4;
    private static final long PAUSE_MS = 500;
    private static final int MAX_ANSWER_BYTES = 256 << 20;
    private static final int MAX_ERROR_CHARACTERS = 500;
    private static final String PLACEHOLDER = "<image>";

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(CONNECTING).build();
    private final URI url;
    private final @Nullable String key;
    private final int vocabulary;

    /** @param vocabulary the number of token ids that the learner knows */
    CompletionsClient(final URI url, final @Nullable String key, final int vocabulary) {
        this.url = url;
        this.key = key;
        this.vocabulary = vocabulary;
    }

    /** An answer of the server. */
    private record Answer(int status, byte[] body) {
        String error() {
            final String text = new String(body, StandardCharsets.UTF_8);
            return "status " + status + ": " + text.substring(0, Math.min(MAX_ERROR_CHARACTERS, text.length()));
        }
    }

    void loadAdapter(final String name, final Path folder) {
        final ObjectNode request =
                Mappers.JSON.createObjectNode().put("lora_name", name).put("lora_path", folder.toString());
        final Answer answer = joined(post("/v1/load_lora_adapter", request, 1));
        if (answer.status != 200 && !answer.error().contains("already")) {
            throw new ModelException(
                    "the server did not load the adapter " + folder + " (" + answer.error()
                            + "): vLLM needs --enable-lora and VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and must see that folder");
        }
    }

    void unloadAdapter(final String name) {
        final Answer answer = joined(
                post("/v1/unload_lora_adapter", Mappers.JSON.createObjectNode().put("lora_name", name), 1));
        if (answer.status != 200 && answer.status != 404) {
            throw new ModelException("the server did not unload the adapter " + name + " (" + answer.error() + ")");
        }
    }

    /**
     * Requests the completions of a prompt. A prompt that the server rejects is refused. If the server fails, the request is repeated.
     *
     * @param mark the mark of all tokens, which is the policy version
     */
    CompletableFuture<GenerationEngine.Result> complete(
            final String model,
            final PromptRequest prompt,
            final int groupSize,
            final Sampling sampling,
            final ImageStore images,
            final int mark) {
        final ObjectNode request;
        try {
            request = request(model, prompt, groupSize, sampling, images);
        } catch (final IllegalArgumentException e) {
            return CompletableFuture.completedFuture(
                    new GenerationEngine.Result.Refused(prompt, String.valueOf(e.getMessage())));
        }
        return post("/v1/chat/completions", request, 1).thenApply(answer -> result(answer, prompt, groupSize, mark));
    }

    private static ObjectNode request(
            final String model,
            final PromptRequest prompt,
            final int groupSize,
            final Sampling sampling,
            final ImageStore images) {
        final ObjectNode request = Mappers.JSON.createObjectNode();
        request.put("model", model).put("n", groupSize).put("max_tokens", sampling.maxNewTokens());
        request.put("temperature", sampling.temperature()).put("top_p", sampling.topP());
        request.put("seed", prompt.getSampling().getSeed());
        request.put("logprobs", true).put("return_token_ids", true);
        final ArrayNode content =
                request.putArray("messages").addObject().put("role", "user").putArray("content");
        final String[] texts = prompt.getText().split(PLACEHOLDER, -1);
        if (texts.length - 1 != prompt.getImages().size()) {
            throw new IllegalArgumentException("the prompt has " + (texts.length - 1) + " places for images, but "
                    + prompt.getImages().size() + " images");
        }
        for (int i = 0; i < texts.length; i++) {
            if (i > 0) {
                final byte[] image = images.read(prompt.getImages().get(i - 1));
                final String data = "data:" + mediaType(image) + ";base64,"
                        + Base64.getEncoder().encodeToString(image);
                content.addObject()
                        .put("type", "image_url")
                        .putObject("image_url")
                        .put("url", data);
            }
            if (!texts[i].isEmpty()) {
                content.addObject().put("type", "text").put("text", texts[i]);
            }
        }
        return request;
    }

    private static String mediaType(final byte[] image) {
        return image.length > 1 && (image[0] & 0xff) == 0xff && (image[1] & 0xff) == 0xd8 ? "image/jpeg" : "image/png";
    }

    private GenerationEngine.Result result(
            final Answer answer, final PromptRequest prompt, final int groupSize, final int mark) {
        if (answer.status == 400 || answer.status == 422) {
            return new GenerationEngine.Result.Refused(prompt, "the server refused the prompt: " + answer.error());
        }
        if (answer.status != 200) {
            throw new ModelException("the server cannot complete prompts: " + answer.error());
        }
        final JsonNode root;
        try {
            root = Mappers.JSON.readTree(answer.body);
        } catch (final IOException e) {
            throw new ModelException("the server's answer is not JSON: " + e.getMessage(), e);
        }
        final List<GeneratedCompletion> completions = new ArrayList<>();
        for (final JsonNode choice : root.path("choices")) {
            completions.add(completion(choice, mark));
        }
        if (completions.size() != groupSize) {
            throw new ModelException("the server made " + completions.size() + " of " + groupSize + " completions");
        }
        return new GenerationEngine.Result.Group(
                prompt, Math.max(0, root.at("/usage/prompt_tokens").asInt()), completions);
    }

    private GeneratedCompletion completion(final JsonNode choice, final int mark) {
        final JsonNode ids = choice.path("token_ids");
        final JsonNode logProbs = choice.at("/logprobs/content");
        if (!ids.isArray() || !logProbs.isArray() || ids.isEmpty() || ids.size() != logProbs.size()) {
            throw new ModelException("the server returned " + ids.size() + " token ids and " + logProbs.size()
                    + " log-probabilities: it must support return_token_ids and logprobs, as vLLM 0.10.2 and newer do");
        }
        final int[] tokens = new int[ids.size()];
        final float[] drawn = new float[ids.size()];
        for (int i = 0; i < tokens.length; i++) {
            tokens[i] = token(ids.get(i));
            drawn[i] = logProb(logProbs.get(i).path("logprob"));
        }
        final boolean finished = choice.path("finish_reason").asText().equals("stop");
        final JsonNode text = choice.at("/message/content");
        if (!text.isTextual()) {
            throw new ModelException("the server returned " + shown(text) + " where the text of a completion is needed:"
                    + " it must not take parts out of the text, as vLLM does with --reasoning-parser");
        }
        return new GeneratedCompletion(
                tokens, drawn, text.asText(), finished, List.of(new GeneratedCompletion.Span(mark, tokens.length)));
    }

    private int token(final JsonNode id) {
        if (!id.isInt() || id.asInt() < 0 || id.asInt() >= vocabulary) {
            throw new ModelException(
                    "the server returned the token id " + shown(id) + ", but the ids of the model are 0 to "
                            + (vocabulary - 1) + ": it must serve the model of this run");
        }
        return id.asInt();
    }

    private static float logProb(final JsonNode value) {
        final float logProb = value.isNumber() ? value.floatValue() : Float.NaN;
        if (!Float.isFinite(logProb)) {
            throw new ModelException("the server returned the log-probability " + shown(value)
                    + ", but the learner needs a finite number for every token");
        }
        return logProb;
    }

    private static String shown(final JsonNode node) {
        final String text = node.isMissingNode() ? "nothing" : node.toString();
        return text.substring(0, Math.min(MAX_ERROR_CHARACTERS, text.length()));
    }

    private CompletableFuture<Answer> post(final String path, final ObjectNode content, final int attempt) {
        final HttpRequest.Builder request = HttpRequest.newBuilder(url.resolve(path))
                .timeout(PATIENCE)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(content.toString()));
        if (key != null) {
            request.header("Authorization", "Bearer " + key);
        }
        return http.sendAsync(request.build(), HttpBody.upTo(MAX_ANSWER_BYTES))
                // the time-out of the request ends with the headers of the answer
                .orTimeout(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS)
                .thenApply(response -> new Answer(response.statusCode(), response.body()))
                .handle((answer, failure) -> {
                    final boolean failed = failure != null || answer.status >= 500 || answer.status == 429;
                    if (!failed) {
                        return CompletableFuture.completedFuture(answer);
                    }
                    final boolean mayPass = failure == null || !(failure.getCause() instanceof HttpBody.TooLarge);
                    if (mayPass && attempt < ATTEMPTS) {
                        return CompletableFuture.supplyAsync(
                                        () -> post(path, content, attempt + 1),
                                        CompletableFuture.delayedExecutor(PAUSE_MS * attempt, TimeUnit.MILLISECONDS))
                                .thenCompose(again -> again);
                    }
                    return failure == null
                            ? CompletableFuture.completedFuture(answer)
                            : CompletableFuture.<Answer>failedFuture(new ModelException(
                                    "the server at " + url + " does not answer: " + failure.getMessage(), failure));
                })
                .thenCompose(outcome -> outcome);
    }

    /** Waits for a future and returns its result. A failure is thrown as its cause. */
    static <T> T joined(final CompletableFuture<T> future) {
        try {
            return future.join();
        } catch (final CompletionException e) {
            throw e.getCause() instanceof RuntimeException own ? own : e;
        }
    }
}

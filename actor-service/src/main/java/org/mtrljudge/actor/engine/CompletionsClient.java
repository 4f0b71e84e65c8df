package org.mtrljudge.actor.engine;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.mtrljudge.actor.engine.ServerConnection.Answer;
import org.mtrljudge.model.PromptLength;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.PromptLimits;
import org.mtrljudge.model.generation.GeneratedCompletion;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.ImageProcessor;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.Mappers;

/** Asks a completions server as OpenAI's interface and vLLM's additions to it say, and reads its answers. */
final class CompletionsClient {
    private static final int MAX_ERROR_CHARACTERS = 500;
    private static final String PLACEHOLDER = "<image>";

    private final ServerConnection server;
    private final int vocabulary;
    private final PromptLength own;
    private final PromptLimits limits;

    /**
     * @param vocabulary the number of token ids that the learner knows
     * @param own encodes prompts as the learner does
     */
    CompletionsClient(
            final ServerConnection server, final int vocabulary, final PromptLength own, final PromptLimits limits) {
        this.server = server;
        this.vocabulary = vocabulary;
        this.own = own;
        this.limits = limits;
    }

    /** What the server made of a prompt. */
    sealed interface Reply {
        record Made(GenerationEngine.Result.Group group) implements Reply {}

        /** The request has a fault, says the server; or the prompt has one that was seen before it was asked. */
        record Refused(PromptRequest prompt, String reason, boolean byServer) implements Reply {}

        /** The server does not have the model that was asked for. */
        record NoModel(String reason) implements Reply {}
    }

    /** @throws ServerAwayException when the server does not answer now */
    void checkReady() {
        server.check("/v1/models");
    }

    void loadAdapter(final String name, final Path folder) {
        final ObjectNode request =
                Mappers.JSON.createObjectNode().put("lora_name", name).put("lora_path", folder.toString());
        final Answer answer = ServerConnection.joined(server.post("/v1/load_lora_adapter", request));
        if (answer.status() != 200 && !answer.error().contains("already")) {
            throw new ModelException("the server did not load the adapter " + folder + " (" + answer.error()
                    + "): vLLM needs --enable-lora, --max-lora-rank of at least the rank, and"
                    + " VLLM_ALLOW_RUNTIME_LORA_UPDATING=True, and must see that folder");
        }
    }

    void unloadAdapter(final String name) {
        final Answer answer = ServerConnection.joined(server.post(
                "/v1/unload_lora_adapter", Mappers.JSON.createObjectNode().put("lora_name", name)));
        if (answer.status() != 200 && answer.status() != 404) {
            throw new ModelException("the server did not unload the adapter " + name + " (" + answer.error() + ")");
        }
    }

    /**
     * Requests the completions of a prompt.
     *
     * @param mark the mark of all tokens, which is the policy version
     */
    CompletableFuture<Reply> complete(
            final String model,
            final PromptRequest prompt,
            final int groupSize,
            final Sampling sampling,
            final ImageStore images,
            final int mark) {
        final ObjectNode request;
        final int tokens;
        try {
            final List<byte[]> pictures = images.readAll(prompt).stream()
                    .map(picture -> ImageProcessor.plain(picture, prompt.getPromptId()))
                    .toList();
            if (hasSpecialTokens(prompt)) {
                throw new ModelException(
                        "its text has a special token, which a completions server would not take for text");
            }
            tokens = own.of(prompt.getSystem(), prompt.getText(), pictures);
            request = request(model, prompt, groupSize, sampling, pictures);
        } catch (final IllegalArgumentException | ModelException e) {
            return CompletableFuture.completedFuture(new Reply.Refused(prompt, String.valueOf(e.getMessage()), false));
        }
        return server.post("/v1/chat/completions", request)
                .thenApply(answer -> reply(answer, prompt, groupSize, tokens, mark));
    }

    private boolean hasSpecialTokens(final PromptRequest prompt) {
        return own.hasSpecialTokens(prompt.getText())
                || prompt.getSystem() != null && own.hasSpecialTokens(prompt.getSystem());
    }

    private ObjectNode request(
            final String model,
            final PromptRequest prompt,
            final int groupSize,
            final Sampling sampling,
            final List<byte[]> pictures) {
        final ObjectNode request = Mappers.JSON.createObjectNode();
        request.put("model", model).put("n", groupSize).put("max_tokens", sampling.maxNewTokens());
        request.put("temperature", sampling.temperature()).put("top_p", sampling.topP());
        // what is not said here, a server takes from the model's generation_config.json
        request.put("top_k", -1).put("min_p", 0).put("repetition_penalty", 1);
        request.put("presence_penalty", 0).put("frequency_penalty", 0);
        request.put("seed", prompt.getSampling().getSeed());
        request.put("logprobs", true).put("return_token_ids", true);
        if (!limits.keepsPictures()) {
            // vLLM's name for what its image processor is told
            request.set("mm_processor_kwargs", limits());
        }
        final ArrayNode messages = request.putArray("messages");
        if (prompt.getSystem() != null) {
            messages.addObject().put("role", "system").put("content", prompt.getSystem());
        }
        final ArrayNode content = messages.addObject().put("role", "user").putArray("content");
        final String[] texts = prompt.getText().split(PLACEHOLDER, -1);
        for (int i = 0; i < texts.length; i++) {
            if (i > 0) {
                final byte[] image = pictures.get(i - 1);
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

    private ObjectNode limits() {
        final ObjectNode kept = Mappers.JSON.createObjectNode();
        if (limits.minPixels() != null) {
            kept.put("min_pixels", limits.minPixels());
        }
        if (limits.maxPixels() != null) {
            kept.put("max_pixels", limits.maxPixels());
        }
        return kept;
    }

    private static String mediaType(final byte[] image) {
        return image.length > 1 && (image[0] & 0xff) == 0xff && (image[1] & 0xff) == 0xd8 ? "image/jpeg" : "image/png";
    }

    private Reply reply(
            final Answer answer, final PromptRequest prompt, final int groupSize, final int tokens, final int mark) {
        if (answer.status() == 404) {
            return new Reply.NoModel(answer.error());
        }
        if (answer.status() == 400 || answer.status() == 422) {
            return new Reply.Refused(prompt, "the server refused the prompt: " + answer.error(), true);
        }
        if (answer.status() != 200) {
            throw new ModelException("the server cannot complete prompts: " + answer.error());
        }
        final JsonNode root;
        try {
            root = Mappers.JSON.readTree(answer.body());
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
        checkLength(root.at("/usage/prompt_tokens"), tokens, prompt);
        return new Reply.Made(new GenerationEngine.Result.Group(prompt, tokens, completions));
    }

    /** The learner computes on its own encoding of the prompt: with another one, every log-probability would be another. */
    private static void checkLength(final JsonNode theirs, final int ours, final PromptRequest prompt) {
        if (theirs.asInt(-1) != ours) {
            throw new ModelException(
                    "the server made " + shown(theirs) + " tokens of the prompt " + prompt.getPromptId()
                            + ", and the learner " + ours + ": both need the same tokenizer.json, chat template and"
                            + " preprocessor_config.json, so serve the folder that 'model' names");
        }
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
                tokens,
                drawn,
                own.opening() + text.asText(),
                finished,
                List.of(new GeneratedCompletion.Span(mark, tokens.length)));
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
}

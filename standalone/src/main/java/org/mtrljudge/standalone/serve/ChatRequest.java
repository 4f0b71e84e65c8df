package org.mtrljudge.standalone.serve;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.generation.Sampling;
import org.mtrljudge.model.input.PromptEncoder;

/**
 * A request of OpenAI's chat completions, as far as a judge can answer it: one turn of the user, with pictures, and perhaps one of the system
 * before it. What would change the answer and is not known here is refused, so that nobody takes the answer for another one.
 *
 * @param text of the user, with one {@code <image>} per picture
 * @param withLogProbs whether the answer has the log-probability of each token
 * @param withTokenIds whether the answer has the ids of the tokens, as vLLM's {@code return_token_ids}
 */
record ChatRequest(
        @Nullable String system,
        String text,
        List<byte[]> pictures,
        int n,
        Sampling sampling,
        long seed,
        boolean withLogProbs,
        boolean withTokenIds,
        Stream stream) {
    private static final int MAX_COMPLETIONS = 128;
    private static final int MAX_PICTURES = 16;

    /** Settings of other samplers, and the values that change nothing. */
    private static final Map<String, Double> NEUTRAL = Map.of(
            "top_k", -1.0,
            "min_p", 0.0,
            "repetition_penalty", 1.0,
            "presence_penalty", 0.0,
            "frequency_penalty", 0.0,
            "top_logprobs", 0.0);

    private static final List<String> NOT_THERE = List.of(
            "tools",
            "functions",
            "stop",
            "stop_token_ids",
            "bad_words",
            "min_tokens",
            "ignore_eos",
            "use_beam_search",
            "logit_bias",
            "logits_processors",
            "response_format",
            "structured_outputs",
            "guided_json",
            "guided_choice",
            "guided_regex",
            "guided_grammar",
            "chat_template",
            "chat_template_kwargs",
            "continue_final_message",
            "audio",
            "modalities",
            "prediction");

    /** Below it logits could overflow; 0 takes the most likely token. */
    private static final double LEAST_TEMPERATURE = 0.01;

    /** Whether the answer comes in pieces, and whether the last of them counts the tokens. */
    enum Stream {
        NO,
        YES,
        WITH_USAGE
    }

    /** @throws RequestException when the request cannot be answered */
    static ChatRequest of(final JsonNode json, final Pictures pictures, final int maxTokens) {
        refuseUnknown(json);
        final List<byte[]> images = new ArrayList<>();
        @Nullable String system = null;
        @Nullable String user = null;
        final JsonNode messages = json.path("messages");
        for (final JsonNode message : messages) {
            final String role = message.path("role").asText();
            if ((role.equals("system") || role.equals("developer")) && system == null && user == null) {
                system = text(message.path("content"), pictures, new ArrayList<>(), false);
            } else if (role.equals("user") && user == null) {
                user = text(message.path("content"), pictures, images, true);
            } else {
                throw RequestException.bad(
                        "'messages' may have one turn of the system and, behind it, one of the user; there is one more, of '"
                                + role + "'");
            }
        }
        if (user == null) {
            throw RequestException.bad("'messages' needs a turn of the user");
        }
        final int limit = number(
                json,
                json.hasNonNull("max_completion_tokens") ? "max_completion_tokens" : "max_tokens",
                maxTokens,
                1,
                maxTokens);
        return new ChatRequest(
                system,
                user,
                images,
                number(json, "n", 1, 1, MAX_COMPLETIONS),
                new Sampling(temperature(json), real(json, "top_p", 1, 1e-6, 1), limit),
                seed(json.path("seed")),
                json.path("logprobs").asBoolean(),
                json.path("return_token_ids").asBoolean(),
                !json.path("stream").asBoolean()
                        ? Stream.NO
                        : json.path("stream_options").path("include_usage").asBoolean()
                                ? Stream.WITH_USAGE
                                : Stream.YES);
    }

    private static void refuseUnknown(final JsonNode json) {
        NEUTRAL.forEach((name, neutral) -> {
            if (json.hasNonNull(name)
                    && json.get(name).asDouble() != neutral
                    && !(name.equals("top_k") && json.get(name).asInt() == 0)) {
                throw RequestException.bad(
                        "'" + name + "' is " + json.get(name) + ", and only " + neutral + " is possible here");
            }
        });
        for (final String name : NOT_THERE) {
            if (json.hasNonNull(name) && !changesNothing(json.get(name))) {
                throw RequestException.bad("'" + name + "' is not possible here");
            }
        }
    }

    /** Whether a value is one with which a client says that it wants nothing. */
    private static boolean changesNothing(final JsonNode value) {
        return value.isContainerNode() && value.isEmpty()
                || value.isBoolean() && !value.asBoolean()
                || value.isNumber() && value.asDouble() == 0
                || value.isObject()
                        && value.size() == 1
                        && value.path("type").asText().equals("text");
    }

    private static double temperature(final JsonNode json) {
        final double temperature = real(json, "temperature", 1, 0, 2);
        if (temperature > 0 && temperature < LEAST_TEMPERATURE) {
            throw RequestException.bad(
                    "'temperature' is " + temperature + ", allowed is 0 or " + LEAST_TEMPERATURE + " to 2");
        }
        return temperature;
    }

    static long seed(final JsonNode seed) {
        if (seed.isMissingNode() || seed.isNull()) {
            return ThreadLocalRandom.current().nextLong();
        }
        if (!seed.isIntegralNumber() || !seed.canConvertToLong()) {
            throw RequestException.bad("'seed' is " + seed + ", and has to be a whole number");
        }
        return seed.asLong();
    }

    /** The text of a turn, with a place for each of its pictures, which are added. */
    private static String text(
            final JsonNode content, final Pictures pictures, final List<byte[]> images, final boolean mayShow) {
        if (content.isTextual()) {
            return checked(content.asText());
        }
        if (!content.isArray()) {
            throw RequestException.bad("the 'content' of a turn has to be a text or a list of parts");
        }
        final StringBuilder text = new StringBuilder();
        for (final JsonNode part : content) {
            final JsonNode picture = part.path("image_url");
            if (part.path("text").isTextual()) {
                text.append(checked(part.get("text").asText()));
            } else if (mayShow && !picture.isMissingNode()) {
                if (images.size() == MAX_PICTURES) {
                    throw RequestException.bad("a request may have " + MAX_PICTURES + " pictures");
                }
                images.add(pictures.read(
                        picture.isTextual()
                                ? picture.asText()
                                : picture.path("url").asText()));
                text.append(PromptEncoder.IMAGE);
            } else {
                throw RequestException.bad(
                        "a part of a turn is neither a 'text' nor, in the turn of the user, an 'image_url'");
            }
        }
        return text.toString();
    }

    private static String checked(final String text) {
        if (text.contains(PromptEncoder.IMAGE)) {
            throw RequestException.bad("a text has " + PromptEncoder.IMAGE
                    + ", which marks the place of a picture here: send the picture as a part");
        }
        return text;
    }

    static int number(final JsonNode json, final String name, final int otherwise, final int least, final int most) {
        final JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToInt() || value.asInt() < least || value.asInt() > most) {
            throw RequestException.bad("'" + name + "' is " + value + ", allowed is " + least + " to " + most);
        }
        return value.asInt();
    }

    private static double real(
            final JsonNode json, final String name, final double otherwise, final double least, final double most) {
        final JsonNode value = json.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isNumber() || !(value.asDouble() >= least && value.asDouble() <= most)) {
            throw RequestException.bad("'" + name + "' is " + value + ", allowed is " + least + " to " + most);
        }
        return value.asDouble();
    }
}

package org.mtrljudge.standalone.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.mtrljudge.settings.io.Mappers;

/** The outsides of requests: JSON in, errors in OpenAI's form out. */
final class Requests {
    private Requests() {}

    /**
     * Reads the JSON object of a request.
     *
     * @param model the name of the model here; a request that names one has to name this one
     * @throws RequestException when it is none
     */
    static JsonNode json(final byte[] body, final String model) {
        final JsonNode json;
        try {
            json = Mappers.JSON.readTree(body);
        } catch (final IOException e) {
            throw ChatRequest.bad(
                    "the body is no JSON: " + (e instanceof JsonProcessingException p ? p.getOriginalMessage() : e));
        }
        if (json == null || !json.isObject()) {
            throw ChatRequest.bad("the body has to be a JSON object");
        }
        if (json.hasNonNull("model") && !json.get("model").asText().equals(model)) {
            throw new RequestException(
                    RequestException.NOT_FOUND,
                    "there is no model '" + json.get("model").asText() + "' here, only '" + model + "'");
        }
        return json;
    }

    static String error(final RequestException why) {
        final ObjectNode error = Mappers.JSON.createObjectNode();
        error.putObject("error")
                .put("message", why.getMessage())
                .put("type", why.status() < RequestException.FAILED ? "invalid_request_error" : "server_error")
                .put("code", why.status());
        return error.toString();
    }
}

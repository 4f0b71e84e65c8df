package org.mtrljudge.standalone.serve;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import org.mtrljudge.settings.io.Mappers;

/** The outsides of requests: JSON in, errors in OpenAI's form out. */
final class Requests {
    /** The largest body of a request: some pictures of several megapixels. */
    static final int MAX_BODY_BYTES = 32 << 20;

    /** Reads texts as long as a body may be: pictures are texts in base64. */
    private static final ObjectReader READER = new JsonMapper(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxStringLength(MAX_BODY_BYTES)
                            .build())
                    .build())
            .reader();

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
            json = READER.readTree(body);
        } catch (final IOException e) {
            throw RequestException.bad(
                    "the body is no JSON: " + (e instanceof JsonProcessingException p ? p.getOriginalMessage() : e));
        }
        if (json == null || !json.isObject()) {
            throw RequestException.bad("the body has to be a JSON object");
        }
        if (json.hasNonNull("model") && !json.get("model").asText().equals(model)) {
            throw noModel(json.get("model").asText(), model);
        }
        return json;
    }

    static RequestException noModel(final String asked, final String here) {
        return new RequestException(
                RequestException.NOT_FOUND, "there is no model '" + asked + "' here, only '" + here + "'");
    }

    static String error(final RequestException why) {
        return error(why.status(), String.valueOf(why.getMessage()));
    }

    static String error(final int status, final String message) {
        final ObjectNode error = Mappers.JSON.createObjectNode();
        error.putObject("error")
                .put("message", message)
                .put("type", status < RequestException.FAILED ? "invalid_request_error" : "server_error")
                .put("code", status);
        return error.toString();
    }
}

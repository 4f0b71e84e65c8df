package org.mtrljudge.schemas.codec;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.avro.SchemaParseException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;

/**
 * A schema registry with Confluent's REST interface: Confluent's own registry, or Apicurio's under {@code /apis/ccompat/v7}. Subjects
 * are kept fully compatible: new code must be able to read old records, and old code must be able to read new records.
 */
public final class HttpSchemaRegistry implements SchemaRegistry {
    private static final String COMPATIBILITY = "{\"compatibility\":\"FULL_TRANSITIVE\"}";
    private static final String CONTENT_TYPE = "application/vnd.schemaregistry.v1+json";
    private static final Duration TIMEOUT = Duration.ofSeconds(10);
    private static final int MAX_SHOWN = 500;

    private final String url;
    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(TIMEOUT).build();
    // schema ids by subject and schema
    private final Map<List<?>, Integer> ids = new ConcurrentHashMap<>();
    private final @Nullable Serializer<Object> serializer;
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    /** @param url the address of the registry, without {@code /subjects} */
    public HttpSchemaRegistry(final String url) {
        this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
        this.serializer = ConfluentSerializer.of(this.url);
    }

    /** Confluent's serializer, or null where the build does not contain it. */
    @Override
    public @Nullable Serializer<Object> serializer() {
        return serializer;
    }

    /**
     * @throws SerializationException when the registry refuses the schema: it is not compatible with the earlier schemas of the subject
     * @throws KafkaException when the registry cannot be reached
     */
    @Override
    public int idOf(final String subject, final Schema schema) {
        return ids.computeIfAbsent(List.of(subject, schema), s -> register(subject, schema));
    }

    private int register(final String subject, final Schema schema) {
        final String path = URLEncoder.encode(subject, StandardCharsets.UTF_8);
        try {
            final String body = Mappers.JSON.writeValueAsString(Map.of("schema", schema.toString()));
            send("PUT", "/config/" + path, COMPATIBILITY);
            return send("POST", "/subjects/" + path + "/versions", body)
                    .path("id")
                    .asInt();
        } catch (final JsonProcessingException e) {
            throw new IllegalStateException("the schema cannot be written as JSON", e);
        }
    }

    /**
     * @throws SerializationException when the registry has no schema with this id
     * @throws KafkaException when the registry cannot be reached
     */
    @Override
    public Schema schemaOf(final int id) {
        return schemas.computeIfAbsent(id, this::fetch);
    }

    private Schema fetch(final int id) {
        final String text =
                send("GET", "/schemas/ids/" + id, null).path("schema").asText();
        try {
            return new Schema.Parser().parse(text);
        } catch (final SchemaParseException e) {
            throw new SerializationException("schema " + id + " of the registry is not an Avro schema", e);
        }
    }

    private JsonNode send(final String method, final String path, final @Nullable String body) {
        final HttpRequest request = HttpRequest.newBuilder(URI.create(url + path))
                .timeout(TIMEOUT)
                .header("Content-Type", CONTENT_TYPE)
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .build();
        try {
            final HttpResponse<String> response = http.send(request, BodyHandlers.ofString());
            final String answer = response.body();
            if (response.statusCode() >= 500) {
                throw new KafkaException("the schema registry failed at " + path + ": " + shown(answer));
            }
            if (response.statusCode() >= 300) {
                throw new SerializationException("the schema registry refused " + path + ": " + shown(answer));
            }
            return Mappers.JSON.readTree(answer);
        } catch (final IOException e) {
            throw new KafkaException("the schema registry at " + url + " cannot be reached: " + e, e);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted while the schema registry was asked", e);
        }
    }

    private static String shown(final String answer) {
        return answer.substring(0, Math.min(answer.length(), MAX_SHOWN));
    }
}

package org.mtrljudge.schemas.codec;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.avro.Schema;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.SerializationException;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A schema registry with Confluent's REST interface: Confluent's own registry, or Apicurio's under {@code /apis/ccompat/v7}. Subjects
 * are kept fully compatible: new code must be able to read old records, and old code must be able to read new records.
 */
public final class HttpSchemaRegistry implements SchemaRegistry {
    /** The time after which a request to a registry that does not answer is not repeated any more. */
    public static final Duration LIMIT = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(HttpSchemaRegistry.class);
    private static final String COMPATIBILITY = "FULL_TRANSITIVE";

    private final RegistryHttp http;
    private final @Nullable Serializer<Object> serializer;
    // schema ids by subject and schema
    private final Map<List<?>, Integer> ids = new ConcurrentHashMap<>();
    // the schemas that the registry has given to this process, by id
    private final Map<Integer, Schema> schemas = new ConcurrentHashMap<>();

    /** A registry without a log-in. */
    public HttpSchemaRegistry(final String url) {
        this(url, Map.of(), LIMIT);
    }

    /**
     * @param url the address of the registry, without {@code /subjects}
     * @param settings how to log in, with the names of Confluent's client
     * @param limit the time after which a request to a registry that does not answer is not repeated any more
     * @throws IllegalArgumentException when the settings are wrong
     */
    public HttpSchemaRegistry(final String url, final Map<String, ?> settings, final Duration limit) {
        this.http = new RegistryHttp(url, settings, limit);
        this.serializer = ConfluentSerializer.of(http, settings);
    }

    /** Confluent's serializer, or null where the build does not contain it. */
    @Override
    public @Nullable Serializer<Object> serializer() {
        return serializer;
    }

    @Override
    public void check() {
        http.check();
    }

    /**
     * The record is damaged only where the registry has kept what this process knows of the expected record, or, where it knows
     * nothing yet, still has the subject of the topic.
     */
    @Override
    public KafkaException otherRecord(final String subject, final Schema expected, final String what) {
        final Map<Integer, Schema> known = new HashMap<>(schemas);
        known.values().removeIf(schema -> !schema.getFullName().equals(expected.getFullName()));
        known.forEach(this::checkIsKept);
        return known.isEmpty() && !has(subject)
                ? lost(what + ", and nothing is registered under " + subject)
                : new SerializationException(what);
    }

    @Override
    public void requireSubject(final String subject) {
        if (!has(subject)) {
            throw lost("nothing is registered under " + subject + ", although its topic has records");
        }
    }

    private boolean has(final String subject) {
        return http.find(versions(subject)) != null;
    }

    private RegistryException lost(final String what) {
        return RegistryException.permanent("the schema registry at " + http.url() + " has lost its schemas: " + what
                + ". Restore its storage, or name a registry that has the schemas of this run");
    }

    /** @throws RegistryException when the registry refuses the schema, which is then not compatible with the earlier schemas of the subject */
    @Override
    public int idOf(final String subject, final Schema schema) {
        final List<?> key = List.of(subject, schema);
        final Integer known = ids.get(key);
        // not computeIfAbsent: other threads must not wait for the requests of this one
        return known != null ? known : register(key, subject, schema);
    }

    private int register(final List<?> key, final String subject, final Schema schema) {
        final String configPath = "/config/" + encoded(subject);
        final JsonNode config = http.find(configPath);
        // who may register a schema may not always change the configuration, so it is changed only where it differs
        if (config == null
                || !COMPATIBILITY.equals(config.path("compatibilityLevel").asText())) {
            http.send("PUT", configPath, json("compatibility", COMPATIBILITY));
        }
        final String versions = versions(subject);
        final JsonNode id =
                http.send("POST", versions, json("schema", schema.toString())).path("id");
        if (!id.isInt()) {
            throw RegistryException.permanent(
                    "the schema registry at " + http.url() + " answers POST " + versions + " without an id");
        }
        schemas.put(id.asInt(), schema);
        ids.put(key, id.asInt());
        return id.asInt();
    }

    private static String versions(final String subject) {
        return "/subjects/" + encoded(subject) + "/versions";
    }

    private static String encoded(final String subject) {
        return URLEncoder.encode(subject, StandardCharsets.UTF_8);
    }

    private static String json(final String key, final String value) {
        return Mappers.JSON.createObjectNode().put(key, value).toString();
    }

    /** @throws RegistryException when the registry does not answer */
    @Override
    public @Nullable Schema schemaOf(final int id) {
        final Schema known = schemas.get(id);
        if (known != null) {
            return known;
        }
        final Schema found = fetch(id);
        if (found != null) {
            schemas.put(id, found);
        }
        return found;
    }

    /** One wrong id is a damaged record. Where ids are wrong that were given out, every further record would be refused. */
    private void checkIsKept(final int id, final Schema given) {
        final Schema found = fetch(id);
        if (found == null || !found.getFullName().equals(given.getFullName())) {
            throw lost("id " + id + " named " + given.getName() + " and now names "
                    + (found == null ? "nothing" : found.getName()));
        }
    }

    private @Nullable Schema fetch(final int id) {
        final JsonNode answer = http.find("/schemas/ids/" + id);
        try {
            return answer == null
                    ? null
                    : new Schema.Parser().parse(answer.path("schema").asText());
        } catch (final RuntimeException e) {
            // Avro throws a NullPointerException for a JSON schema, and others for a schema that refers to schemas
            LOG.debug("schema {} of the registry at {} cannot be read as Avro", id, http.url(), e);
            return null;
        }
    }
}

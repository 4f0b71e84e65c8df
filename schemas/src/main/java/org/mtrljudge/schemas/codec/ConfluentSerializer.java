package org.mtrljudge.schemas.codec;

import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's {@code KafkaAvroSerializer}, in a build that contains it (profile {@code confluent}). Only Confluent's own repository has
 * that class, so it is loaded by name and not linked. It writes the same bytes as {@link AvroSerde}. Records are always read by
 * {@link AvroSerde}, because it bounds the lengths that it reads.
 */
final class ConfluentSerializer {
    static final String CLASS = "io.confluent.kafka.serializers.KafkaAvroSerializer";

    private ConfluentSerializer() {}

    /** The serializer, or null where the build does not contain it. */
    static @Nullable Serializer<Object> of(final RegistryHttp http, final Map<String, ?> settings) {
        try {
            Class.forName(CLASS, false, Utils.getContextOrKafkaClassLoader());
        } catch (final ClassNotFoundException e) {
            return null;
        }
        return patient(named(CLASS, config(http.url(), settings)), http);
    }

    /**
     * A serializer that registers schemas itself, when it writes its first records. Where the registry is away at that moment, the
     * record is not damaged: the serializer is asked again like the registry itself.
     */
    static Serializer<Object> patient(final Serializer<Object> other, final RegistryHttp http) {
        return (topic, value) -> http.patiently(() -> {
            try {
                return other.serialize(topic, value);
            } catch (final KafkaException e) {
                // Avro's failures are runtime exceptions, those of the client of the registry are not
                if (e.getCause() instanceof RuntimeException) {
                    throw e;
                }
                throw RegistryException.mayPass(
                        "the schema registry at " + http.url() + " failed when a record of " + topic + " was written: "
                                + e + (e.getCause() == null ? "" : ": " + e.getCause()),
                        e);
            }
        });
    }

    /** The user's settings of the registry, and the settings that say to Confluent's client where its log-in comes from. */
    static Map<String, Object> config(final String registryUrl, final Map<String, ?> settings) {
        final Map<String, Object> config = new HashMap<>(settings);
        if (settings.containsKey(RegistryLogin.USER)) {
            config.putIfAbsent("basic.auth.credentials.source", "USER_INFO");
        }
        if (settings.containsKey(RegistryLogin.TOKEN)) {
            config.putIfAbsent("bearer.auth.credentials.source", "STATIC_TOKEN");
        }
        config.put("schema.registry.url", registryUrl);
        config.put("auto.register.schemas", true);
        return config;
    }

    /** A serializer that is loaded by the name of its class. */
    // unchecked: a serializer of Avro records takes any object
    @SuppressWarnings("unchecked")
    static Serializer<Object> named(final String className, final Map<String, ?> config) {
        try {
            final Serializer<Object> serializer = Utils.newInstance(className, Serializer.class);
            serializer.configure(config, false);
            return serializer;
        } catch (final ClassNotFoundException e) {
            throw new IllegalStateException("the class " + className + " cannot be loaded", e);
        }
    }
}

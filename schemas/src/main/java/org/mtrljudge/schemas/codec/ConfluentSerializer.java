package org.mtrljudge.schemas.codec;

import java.util.Map;
import org.apache.kafka.common.serialization.Serializer;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;

/**
 * Confluent's {@code KafkaAvroSerializer}, in a build that has it (profile {@code confluent}). It is on no public repository but its
 * own, so it is named, not linked. The bytes are those of {@link AvroSerde}; reading stays with that, which bounds what it reads.
 */
final class ConfluentSerializer {
    static final String CLASS = "io.confluent.kafka.serializers.KafkaAvroSerializer";

    private ConfluentSerializer() {}

    /** Null where the build comes without it. */
    static @Nullable Serializer<Object> of(final String registryUrl) {
        try {
            Class.forName(CLASS, false, Utils.getContextOrKafkaClassLoader());
        } catch (final ClassNotFoundException e) {
            return null;
        }
        return named(CLASS, Map.of("schema.registry.url", registryUrl, "auto.register.schemas", true));
    }

    /** A serializer that is known by its name. */
    @SuppressWarnings("unchecked") // what serializers of records take
    static Serializer<Object> named(final String className, final Map<String, ?> config) {
        try {
            final Serializer<Object> serializer = Utils.newInstance(className, Serializer.class);
            serializer.configure(config, false);
            return serializer;
        } catch (final ClassNotFoundException e) {
            throw new IllegalStateException(className + " was there before", e);
        }
    }
}

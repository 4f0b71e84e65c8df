package org.mtrljudge.schemas.codec;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import javax.net.ssl.SSLContext;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.config.AbstractConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.SslConfigs;
import org.apache.kafka.common.security.ssl.DefaultSslEngineFactory;
import org.jspecify.annotations.Nullable;

/**
 * How the client of a schema registry logs in. The settings have the names of Confluent's client: {@code basic.auth.user.info},
 * {@code bearer.auth.token}, and Kafka's TLS settings after {@code schema.registry.}.
 */
final class RegistryLogin {
    static final String USER = "basic.auth.user.info";
    static final String TOKEN = "bearer.auth.token";
    private static final String TLS = "schema.registry.ssl.";
    private static final String PREFIX = "schema.registry.";

    private RegistryLogin() {}

    /**
     * The value of the header {@code Authorization}; null without a log-in.
     *
     * @throws IllegalArgumentException when both a user and a token are set
     */
    static @Nullable String authorization(final Map<String, ?> settings) {
        final Object user = settings.get(USER);
        final Object token = settings.get(TOKEN);
        if (user != null && token != null) {
            throw new IllegalArgumentException(
                    "schema_registry has " + USER + " and " + TOKEN + ": set only one of them");
        }
        if (user != null) {
            return "Basic " + Base64.getEncoder().encodeToString(user.toString().getBytes(StandardCharsets.UTF_8));
        }
        return token == null ? null : "Bearer " + token;
    }

    /**
     * The trust and keys for TLS; null: those of the JVM. Kafka's own code reads the settings, so they mean what they mean under
     * {@code kafka}.
     *
     * @throws IllegalArgumentException when a store cannot be read
     */
    static @Nullable SSLContext tls(final Map<String, ?> settings) {
        final Map<String, Object> own = new HashMap<>();
        settings.forEach((name, value) -> {
            if (name.startsWith(TLS)) {
                own.put(name.substring(PREFIX.length()), value);
            }
        });
        if (own.isEmpty()) {
            return null;
        }
        final ConfigDef known = new ConfigDef();
        SslConfigs.addClientSslSupport(known);
        try (DefaultSslEngineFactory factory = new DefaultSslEngineFactory()) {
            factory.configure(new AbstractConfig(known, own, false).values());
            return factory.sslContext();
        } catch (final KafkaException e) {
            throw new IllegalArgumentException("schema_registry has wrong settings " + TLS + "…: " + e.getMessage(), e);
        }
    }
}

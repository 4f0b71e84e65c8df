package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * The settings of clients that must not be written anywhere: the settings that Kafka declares as passwords, the log-ins of the schema
 * registry, and the settings of the user's own log-in modules, which are not declared.
 */
final class Secrets {
    /** A setting whose name contains one of these words is a secret. */
    private static final Set<String> TELLING = Set.of("password", "secret", "token.value");

    /**
     * The log-ins of the schema registry, and the other settings that Kafka declares as passwords. A test of {@code service} compares, as
     * this room has no Kafka classes.
     */
    private static final Set<String> DECLARED = Set.of(
            "basic.auth.user.info",
            "bearer.auth.token",
            "sasl.jaas.config",
            "sasl.oauthbearer.assertion.private.key.passphrase",
            "ssl.keystore.certificate.chain",
            "ssl.keystore.key",
            "ssl.truststore.certificates");

    private Secrets() {}

    static List<String> namesIn(final ObjectNode client) {
        final List<String> secret = new ArrayList<>();
        client.fieldNames().forEachRemaining(name -> {
            if (isSecret(name)) {
                secret.add(name);
            }
        });
        return secret;
    }

    /** Also recognises names with the prefixes of Kafka Streams: main.consumer., producer. and others. */
    private static boolean isSecret(final String name) {
        return TELLING.stream().anyMatch(name::contains)
                || DECLARED.stream().anyMatch(key -> name.equals(key) || name.endsWith("." + key));
    }
}

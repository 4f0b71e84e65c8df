package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Which settings of Kafka's clients must not be written anywhere: those that Kafka itself declares as passwords, and those that
 * are handed to log-in modules of the user's own, which nobody declares.
 */
final class Secrets {
    /** A name that contains one of these is a secret. */
    private static final Set<String> TELLING = Set.of("password", "secret", "token.value");

    /** What Kafka declares as a password beyond that; this room does not know Kafka, so a test of {@code service} compares. */
    private static final Set<String> DECLARED = Set.of(
            "sasl.jaas.config",
            "sasl.oauthbearer.assertion.private.key.passphrase",
            "ssl.keystore.certificate.chain",
            "ssl.keystore.key",
            "ssl.truststore.certificates");

    private Secrets() {}

    static List<String> namesIn(final ObjectNode kafka) {
        final List<String> secret = new ArrayList<>();
        kafka.fieldNames().forEachRemaining(name -> {
            if (isSecret(name)) {
                secret.add(name);
            }
        });
        return secret;
    }

    /** Also behind the prefixes of Kafka Streams: main.consumer., producer. and others. */
    private static boolean isSecret(final String name) {
        return TELLING.stream().anyMatch(name::contains)
                || DECLARED.stream().anyMatch(key -> name.equals(key) || name.endsWith("." + key));
    }
}

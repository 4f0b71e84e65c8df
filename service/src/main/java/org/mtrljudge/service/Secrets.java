package org.mtrljudge.service;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigDef;

/** Which settings of Kafka's clients must not be written anywhere: those that Kafka itself declares as passwords. */
final class Secrets {
    private static final ConfigDef CLIENT = AdminClientConfig.configDef();

    /** Handed to log-in modules of the user's own, so nobody declares them. */
    private static final Set<String> TELLING = Set.of("password", "secret", "token.value");

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
                || CLIENT.configKeys().values().stream()
                        .filter(key -> key.type == ConfigDef.Type.PASSWORD)
                        .anyMatch(key -> name.equals(key.name) || name.endsWith("." + key.name));
    }
}

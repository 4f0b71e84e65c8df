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
    private static final Set<String> TELLING = Set.of("password", "secret", "token");

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

    private static boolean isSecret(final String name) {
        final ConfigDef.ConfigKey key = CLIENT.configKeys().get(name.replaceFirst("^(producer|consumer|admin)\\.", ""));
        return key != null
                ? key.type == ConfigDef.Type.PASSWORD
                : TELLING.stream().anyMatch(name::contains);
    }
}

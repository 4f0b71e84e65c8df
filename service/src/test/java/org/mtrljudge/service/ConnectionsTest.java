package org.mtrljudge.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.mtrljudge.settings.SettingsTree;

class ConnectionsTest {
    private static List<String> passwordsThatKafkaDeclares() {
        return AdminClientConfig.configDef().configKeys().values().stream()
                .filter(key -> key.type == ConfigDef.Type.PASSWORD)
                .map(key -> key.name)
                .toList();
    }

    @Test
    void shouldWriteNoSecretThatKafkaDeclares() {
        assertThat(passwordsThatKafkaDeclares()).contains("sasl.jaas.config", "ssl.key.password");
        for (final String name : passwordsThatKafkaDeclares()) {
            final SettingsTree tree = SettingsTree.read(
                    null, Map.of(), List.of("kafka." + name + "=hush", "kafka.producer." + name + "=hush"));
            assertThat(tree.write()).as(name).doesNotContain("hush");
        }
    }

    @Test
    void shouldPrintNamesOfClientSettingsWithoutTheirValues() {
        final SettingsTree tree = SettingsTree.read(
                null,
                Map.of("JUDGE__KAFKA__SASL_JAAS_CONFIG", "module 4567", "JUDGE__KAFKA__SECURITY_PROTOCOL", "SASL_SSL"),
                List.of());
        assertThat(tree.bind(Connections.class))
                .asString()
                .contains("sasl.jaas.config", "security.protocol")
                .doesNotContain("4567", "SASL_SSL");
    }
}

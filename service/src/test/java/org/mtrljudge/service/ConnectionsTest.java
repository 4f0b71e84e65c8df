package org.mtrljudge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;

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

    private static Connections bind(final String... pairs) {
        return SettingsTree.read(null, Map.of("JUDGE__SCHEMA_REGISTRY__BASIC_AUTH_USER_INFO", "a:4567"), List.of(pairs))
                .bind(Connections.class);
    }

    @Test
    void shouldReachTheRegistryWithItsLogInAndPrintNoneOfIt() {
        final Connections connections = bind(
                "broker.schema_registry_url=https://registry:8081/x",
                "schema_registry.schema.registry.ssl.protocol=TLS");
        assertThat(connections.schemaRegistry())
                .containsOnly(
                        Map.entry("basic.auth.user.info", "a:4567"), Map.entry("schema.registry.ssl.protocol", "TLS"));
        assertThat(connections).asString().contains("basic.auth.user.info").doesNotContain("4567");
    }

    @Test
    void shouldRefuseALogInWithinTheAddressAndTwoLogIns() {
        assertThatThrownBy(() -> bind("broker.schema_registry_url=https://a:b@registry:8081"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("broker.schema_registry_url")
                .hasMessageContaining("basic.auth.user.info")
                .hasMessageNotContaining("a:b");
        final Connections two =
                bind("broker.schema_registry_url=http://registry", "schema_registry.bearer.auth.token=t");
        assertThatThrownBy(() -> two.topics("run"))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("set only one of them");
    }

    @Test
    void shouldKeepTopicsAsSafelyAsTheSettingsSay() {
        assertThat(bind().topics("run").replication()).isEqualTo(Replication.BROKERS_DEFAULT);
        assertThat(bind("broker.replication_factor=3", "broker.min_insync_replicas=2")
                        .topics("run")
                        .replication())
                .isEqualTo(new Replication((short) 3, 2));
        assertThatThrownBy(() -> bind("broker.replication_factor=0"))
                .hasMessageContaining("broker.replication_factor is 0, allowed is 1 to");
        assertThatThrownBy(() -> bind("broker.replication_factor=1", "broker.min_insync_replicas=2"))
                .hasMessageContaining("broker.min_insync_replicas is 2, allowed is 1 to 1");
    }
}

package org.mtrljudge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SettingsTreeTest {
    /** The part of the sections that these tests use. */
    record Seen(Rollout rollout, Data data, Map<String, Object> kafka) {
        record Rollout(int n, double temperature) {}

        record Data(String file, int rolloutBatchSize) {}
    }

    /** A setting that is an enum. */
    record Corrected(Algorithm algorithm) {
        record Algorithm(Level rolloutIs) {}

        enum Level {
            NONE,
            TOKEN,
            SEQUENCE
        }
    }

    /** The settings of the client of the schema registry. */
    record Registry(Map<String, Object> schemaRegistry) {}

    @TempDir
    private Path folder;

    @Test
    void shouldLetTheEnvironmentOverrideTheFileAndPairsOverrideBoth() throws IOException {
        final Path file = Files.writeString(
                folder.resolve("mine.yaml"), "rollout: {n: 4, temperature: 0.5}\ndata: {file: a.jsonl}\n");
        final Seen seen = SettingsTree.read(
                        file,
                        Map.of(
                                "JUDGE__ROLLOUT__N", "6",
                                "JUDGE__DATA__FILE", "b.jsonl",
                                "JUDGE__DATA__ROLLOUT_BATCH_SIZE", "12",
                                "JUDGE__KAFKA__BOOTSTRAP_SERVERS", "kafka:9092",
                                "JUDGE_HEAP", "no setting",
                                "PATH", "neither"),
                        List.of("data.rollout_batch_size=14"))
                .bind(Seen.class);
        assertThat(seen.rollout()).isEqualTo(new Seen.Rollout(6, 0.5));
        assertThat(seen.data()).isEqualTo(new Seen.Data("b.jsonl", 14));
        assertThat(seen.kafka()).containsExactly(Map.entry("bootstrap.servers", "kafka:9092"));
    }

    @Test
    void shouldReadSecretsFromFilesAndNeverWriteThem() throws IOException {
        final Path secret = Files.writeString(folder.resolve("jaas"), "Scram required password='it: #1';\n");
        final Path password = Files.writeString(folder.resolve("password"), "0123\n");
        final SettingsTree tree = SettingsTree.read(
                null,
                Map.of(
                        "JUDGE__KAFKA__SASL_JAAS_CONFIG__FROM_FILE",
                        secret.toString(),
                        "JUDGE__KAFKA__SSL_KEYSTORE_PASSWORD__FROM_FILE",
                        password.toString(),
                        "JUDGE__KAFKA__MAIN_CONSUMER_SASL_JAAS_CONFIG",
                        "module 4567",
                        "JUDGE__KAFKA__SECURITY_PROTOCOL",
                        "SASL_SSL"),
                List.of());
        assertThat(tree.bind(Seen.class).kafka())
                .containsEntry("sasl.jaas.config", "Scram required password='it: #1';")
                .containsEntry("ssl.keystore.password", "0123");
        assertThat(tree.write()).contains("SASL_SSL").doesNotContain("it: #1", "0123", "4567", "jaas");
        assertThatThrownBy(() -> SettingsTree.read(
                        null, Map.of("JUDGE__KAFKA__SASL_JAAS_CONFIG__FROM_FILE", folder + "/absent"), List.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("JUDGE__KAFKA__SASL_JAAS_CONFIG__FROM_FILE")
                .hasMessageContaining("absent cannot be read");
    }

    @Test
    void shouldReadTheLogInOfTheSchemaRegistryAndNeverWriteIt() {
        final SettingsTree tree = SettingsTree.read(
                null,
                Map.of("JUDGE__SCHEMA_REGISTRY__BASIC_AUTH_USER_INFO", "judge:0123"),
                List.of(
                        "schema_registry.bearer.auth.token=4567",
                        "schema_registry.schema.registry.ssl.protocol=TLSv1.3"));
        assertThat(tree.bind(Registry.class).schemaRegistry())
                .containsOnly(
                        Map.entry("basic.auth.user.info", "judge:0123"),
                        Map.entry("bearer.auth.token", 4567),
                        Map.entry("schema.registry.ssl.protocol", "TLSv1.3"));
        assertThat(tree.write()).contains("TLSv1.3").doesNotContain("0123", "4567");
        assertThat(tree.digest())
                .isEqualTo(SettingsTree.read(null, Map.of(), List.of()).digest());
    }

    @Test
    void shouldReadTheFileOfAnEarlierBuildWithoutASettingThatHadAnotherMeaning() throws IOException {
        final Path file = Files.writeString(
                folder.resolve("old.yaml"),
                "reward: {pair_timeout_ms: 60000, plugin_timeout_ms: 7}\nrollout: {n: 4}\n");
        final SettingsTree tree = SettingsTree.read(file, Map.of(), List.of());
        assertThat(tree.write())
                .contains("pair_limit_ms: 1800000", "plugin_timeout_ms: 7")
                .doesNotContain("pair_timeout_ms");
        assertThatThrownBy(() -> SettingsTree.read(null, Map.of(), List.of("reward.pair_timeout_ms=60000")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("unknown setting 'reward.pair_timeout_ms'")
                .hasMessageContaining("pair_limit_ms");
    }

    @Test
    void shouldLeaveASectionUnchangedWhenTheFileNamesItWithoutContent() throws IOException {
        final Path file = Files.writeString(folder.resolve("mine.yaml"), "kafka:\nrollout:\ndata: {file: a.jsonl}\n");
        final Seen seen = SettingsTree.read(file, Map.of(), List.of()).bind(Seen.class);
        assertThat(seen.kafka()).isEmpty();
        assertThat(seen.rollout().n()).isEqualTo(8);
    }

    private static Corrected.Level level(final String pair) {
        return SettingsTree.read(null, Map.of(), List.of(pair))
                .bind(Corrected.class)
                .algorithm()
                .rolloutIs();
    }

    @Test
    void shouldReadAnEnumFromItsNameInLowerCase() {
        assertThat(level("rollout.n=8")).as("the default").isEqualTo(Corrected.Level.NONE);
        assertThat(level("algorithm.rollout_is=sequence")).isEqualTo(Corrected.Level.SEQUENCE);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource({
        "algorithm.rollout_is=sometimes, sometimes",
        "algorithm.rollout_is=TOKEN, TOKEN",
        // 1 does not name the second constant
        "algorithm.rollout_is=1, 1",
        "algorithm.rollout_is=true, true"
    })
    void shouldRefuseAnUnknownChoiceAndNameItsKeyAndTheAllowedChoices(final String pair, final String value) {
        assertThatThrownBy(() -> level(pair))
                .isInstanceOf(UsageException.class)
                .hasMessage("wrong setting: algorithm.rollout_is is '%s', allowed is none, token, sequence", value);
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(delimiter = '|', textBlock = """
            algorithm.rollout_is=null      | setting 'algorithm.rollout_is' has no value; its default is "none"
            trainer.seed=                  | setting 'trainer.seed' has no value; its default is 1
            data=null                      | setting 'data' has no value; its default is {
            rollout={n: 3}                 | setting 'rollout.temperature' is missing, because its whole section was set
            data.train_tasks=[a, null]     | setting 'data.train_tasks' is ["a",null]: remove what is empty in it
            data.task_weights={a: null}    | setting 'data.task_weights' is {"a":null}: remove what is empty in it
            .=1                            | unknown setting ''; allowed here: actor
            data.=1                        | unknown setting 'data.'; allowed here: demonstrations
            """)
    void shouldRefuseAnEmptyValueOrNameByItsKey(final String pair, final String message) {
        assertThatThrownBy(() -> SettingsTree.read(null, Map.of(), List.of(pair)))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith(message);
    }

    @Test
    void shouldRefuseAnUnknownKeyFromTheEnvironmentByName() {
        assertThatThrownBy(() -> SettingsTree.read(null, Map.of("JUDGE__ROLLOUT__NN", "6"), List.of()))
                .isInstanceOf(UsageException.class)
                .hasMessageStartingWith("unknown setting 'rollout.nn'; allowed here: actors, ");
    }
}

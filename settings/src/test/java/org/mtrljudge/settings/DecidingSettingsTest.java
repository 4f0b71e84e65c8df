package org.mtrljudge.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DecidingSettingsTest {
    private static final ObjectMapper YAML = YAMLMapper.builder().build();

    /** The settings that do not decide the weights. A new setting has to be added here or to the list of deciding settings. */
    private static final List<String> OTHERS = List.of(
            "device",
            "data.file",
            "data.held_out",
            "data.watch_tasks",
            "rollout.actors",
            "rollout.max_prompts",
            "rollout.max_batched_tokens",
            "rollout.threads",
            "rollout.in_flight_update",
            "rollout.weights_timeout_s",
            "rollout.server_url",
            "rollout.server_model",
            "rollout.server_adapters",
            "actor.max_tokens_per_micro_batch",
            "actor.model.enable_gradient_checkpointing",
            "trainer.save_freq",
            "trainer.save_limit",
            "trainer.logger",
            "trainer.test_before_train",
            "trainer.threads",
            "trainer.stall_warning_ms",
            "trainer.reask_after_ms",
            "trainer.max_dead_ratio",
            "reward.plugins",
            "reward.plugin_timeout_ms",
            "reward.plugin_calls_at_once",
            "reward.pair_limit_ms",
            "reward.http_port",
            "broker.port",
            "broker.schema_registry_url",
            "broker.schema_registry_timeout_ms",
            "broker.partitions",
            "broker.replication_factor",
            "broker.min_insync_replicas",
            "weights.store",
            "weights.max_log_mb",
            "kafka",
            "schema_registry");

    @TempDir
    private Path folder;

    private static String digest(final String... pairs) {
        return SettingsTree.read(null, Map.of(), List.of(pairs)).digest();
    }

    /** The keys of all defaults. An empty section is one key. */
    private static List<String> keys(final String prefix, final JsonNode section) {
        final List<String> keys = new ArrayList<>();
        section.properties().forEach(entry -> {
            if (entry.getValue().isObject() && !entry.getValue().isEmpty()) {
                keys.addAll(keys(prefix + entry.getKey() + ".", entry.getValue()));
            } else {
                keys.add(prefix + entry.getKey());
            }
        });
        return keys;
    }

    private static Set<String> deciding() {
        final Set<String> deciding = new HashSet<>(DecidingSettings.KEYS);
        deciding.addAll(DecidingSettings.PLACES);
        deciding.addAll(DecidingSettings.LATER.keySet());
        return deciding;
    }

    @Test
    void shouldKnowOfEverySettingWhetherItDecidesTheWeights() throws IOException {
        final JsonNode defaults =
                YAML.readTree(Objects.requireNonNull(SettingsTree.class.getResourceAsStream("/quickstart.yaml")));
        final List<String> keys = keys("", defaults);
        assertThat(keys.stream().filter(key -> !deciding().contains(key)))
                .as("settings that no list has, or two lists have")
                .containsExactlyInAnyOrderElementsOf(OTHERS);
        assertThat(keys).as("deciding settings that exist").containsAll(deciding());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rollout.temperature=1",
                "kafka.bootstrap.servers=elsewhere:9092",
                "broker.port=9092",
                "actor.max_tokens_per_micro_batch=1024",
                "trainer.threads=3",
                "trainer.logger=[tensorboard]",
                "trainer.save_freq=9",
                "trainer.reask_after_ms=1000",
                "rollout.actors=7",
                "weights.store=file:/elsewhere"
            })
    void shouldKeepTheDigestWhereWeightsDoNotChange(final String pair) {
        assertThat(digest(pair)).isEqualTo(digest());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rollout.temperature=1.1",
                "actor.optim.lr=0.5",
                "data.task_weights={safety: 2}",
                "data.train_tasks=[safety]",
                "algorithm.rollout_is=token",
                "trainer.total_steps=9",
                "data.file=mine.jsonl",
                "data.format_prompt='Answer in <answer></answer>.'",
                "sft.steps=1",
                "data.demonstrations=answers.jsonl",
                "reward.file=mine.yaml"
            })
    void shouldChangeTheDigestWhereWeightsChange(final String pair) {
        assertThat(digest(pair)).isNotEqualTo(digest());
    }

    @Test
    void shouldAcceptAFormatPromptThatMovedWithItsText() throws IOException {
        final Path file = Files.writeString(folder.resolve("a.txt"), "Think first.");
        final String before = digest("data.format_prompt=" + file);
        assertThat(digest("data.format_prompt=" + Files.move(file, folder.resolve("b.txt"))))
                .isEqualTo(before);
        assertThat(digest("data.format_prompt='Think first.'")).isEqualTo(before);
        assertThat(digest("data.format_prompt='Answer only.'")).isNotEqualTo(before);
        assertThat(digest("data.format_prompt=' '"))
                .isEqualTo(digest("data.format_prompt=null"))
                .isNotEqualTo(digest());
    }

    @Test
    void shouldAcceptDataThatMoved() {
        assertThat(digest("data.file=elsewhere/mine.jsonl")).isEqualTo(digest("data.file=mine.jsonl"));
    }

    @Test
    void shouldRecogniseADigestOfAnEarlierBuild() {
        assertThat(SettingsTree.isOfEarlierBuild(digest())).isFalse();
        assertThat(SettingsTree.isOfEarlierBuild("0".repeat(64))).isTrue();
        assertThat(SettingsTree.isOfEarlierBuild("deciding:" + "0".repeat(64))).isTrue();
    }

    @Test
    void shouldSayWhatChangedButNoSecret() throws IOException {
        final Path file = Files.writeString(folder.resolve("s.yaml"), "trainer: {threads: 2}\nrollout: {n: 4}\n");
        final SettingsTree earlier = SettingsTree.read(file, Map.of(), List.of());
        final SettingsTree now = SettingsTree.read(
                file,
                Map.of(),
                List.of("trainer.threads=1", "rollout.server_url=http://a", "kafka.sasl.jaas.config=secret"));
        assertThat(now.changesSince(earlier))
                .containsExactly("rollout.server_url was null, is \"http://a\"", "trainer.threads was 2, is 1");
    }

    @Test
    void shouldDecideByWhatAFunctionSaysAndNotByHowItIsAsked() throws IOException {
        final Path file = Files.writeString(folder.resolve("f.py"), "def f(): return 1");
        final Path same = Files.writeString(folder.resolve("same.py"), "def f(): return 1");
        final Path other = Files.writeString(folder.resolve("other.py"), "def f(): return 2");
        final String digest = digest("reward.functions=[{file: " + file + ", name: f}]");
        assertThat(digest("reward.functions=[{file: " + same + ", name: f, workers: 9, timeout_ms: 3, retries: 0}]"))
                .isEqualTo(digest);
        assertThat(digest("reward.functions=[{file: " + other + ", name: f}]")).isNotEqualTo(digest);
        assertThat(digest("reward.functions=[{file: " + file + ", name: f, kwargs: {a: 1}}]"))
                .isNotEqualTo(digest);
        final String server = digest("reward.servers=[{url: 'http://a/', style: slime}]");
        assertThat(digest("reward.servers=[{url: 'http://b/', style: slime, concurrency: 3}]"))
                .isEqualTo(server)
                .isNotEqualTo(digest());
    }

    @Test
    void shouldAskForThoughtsAndALabelOfTheDataUnlessTheUserSaysSo() throws IOException {
        assertThat(format()).isEqualTo("Think in <think></think>, then answer in <answer></answer>.");
        assertThat(format("data.file=a.jsonl"))
                .as("words that judge-tiny knows")
                .isEqualTo(format());
        assertThat(format("data.file=a.jsonl", "model=Qwen3-VL")).contains("<think>", "<answer>", "{{ labels }}");
        assertThat(format("data.file=a.jsonl", "data.format_prompt=Say yes.")).isEqualTo("Say yes.");
        assertThat(format("data.file=a.jsonl", "data.format_prompt=null")).isNull();
    }

    @Test
    void shouldRefuseAliasesThatYamlTakesForTruthValues() {
        for (final String pair :
                List.of("data.verdict.aliases={ok: yes}", "data.per_task={safety: {verdict: {aliases: {ok: no}}}}")) {
            assertThatThrownBy(() -> SettingsTree.read(null, Map.of(), List.of(pair)))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("aliases: the verdict of 'ok' is")
                    .hasMessageContaining("write it in quotes");
        }
        SettingsTree.read(null, Map.of(), List.of("data.verdict.aliases={ok: 'yes'}"));
    }

    private static String format(final String... pairs) throws IOException {
        final String text = SettingsTree.read(null, Map.of(), List.of(pairs)).write();
        return YAML.readTree(text).at("/data/format_prompt").textValue();
    }

    private static String later(final String foo) throws IOException {
        final ObjectNode tree = (ObjectNode) YAML.readTree("{algorithm: {foo: " + foo + "}}");
        return DecidingSettings.digest(tree, Map.of("algorithm.foo", 1.0));
    }

    @Test
    void shouldKeepTheDigestOfRunsFromBeforeASettingExistedUntilItDecides() throws IOException {
        final ObjectNode before = (ObjectNode) YAML.readTree("{algorithm: {}}");
        assertThat(later("1")).isEqualTo(DecidingSettings.digest(before, Map.of()));
        assertThat(later("2")).isNotEqualTo(later("1")).isNotEqualTo(later("3"));
    }

    private Path model(final String name, final String weights) throws IOException {
        final Path model = Files.createDirectories(folder.resolve(name));
        Files.writeString(model.resolve("config.json"), "{}");
        Files.writeString(model.resolve("model.safetensors"), weights);
        return model;
    }

    @Test
    void shouldAcceptAModelThatMovedButNoOtherModel() throws IOException {
        final String first = digest("model=" + model("first", "weights"));
        Files.writeString(model("moved", "weights").resolve("README.md"), "moved");
        assertThat(digest("model=" + folder.resolve("moved"))).isEqualTo(first);
        assertThat(digest("model=" + model("other", "changed"))).isNotEqualTo(first);
        assertThat(digest("model=absent")).isNotEqualTo(digest());
    }

    @Test
    void shouldAcceptARewardSetThatMovedButNotOneThatChanged() throws IOException {
        final String first = digest("reward.file=" + Files.writeString(folder.resolve("a.yaml"), "one"));
        assertThat(digest("reward.file=" + Files.writeString(folder.resolve("b.yaml"), "one")))
                .isEqualTo(first);
        Files.writeString(folder.resolve("a.yaml"), "two");
        assertThat(digest("reward.file=" + folder.resolve("a.yaml"))).isNotEqualTo(first);
    }
}

package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.PodSpec;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apps.Deployment;
import io.fabric8.kubernetes.api.model.apps.StatefulSet;
import io.fabric8.kubernetes.api.model.autoscaling.v2.HorizontalPodAutoscaler;
import io.strimzi.api.kafka.model.kafka.Kafka;
import io.strimzi.api.kafka.model.topic.KafkaTopic;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.SettingsTree;

/** Compares k8s/ and docker-compose.yml with the models of Kubernetes and with the code. */
class ManifestsTest {
    private static final Path ROOT = Path.of("..");
    private static final Path K8S = ROOT.resolve("k8s");
    private static final Path SERVICE = ROOT.resolve("service/src/main/java/org/mtrljudge/service");

    private static List<Object> base() throws IOException {
        final List<Object> models = new ArrayList<>();
        for (final Path file : manifests(K8S.resolve("base"))) {
            models.addAll(Manifests.read(Manifests.documents(file)));
        }
        return models;
    }

    private static List<Path> manifests(final Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> file.toString().endsWith(".yaml"))
                    .filter(file -> !file.endsWith("kustomization.yaml") && !file.endsWith("settings.yaml"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void shouldReadEveryManifestStrictly() throws IOException {
        for (final Path file : manifests(K8S)) {
            final List<JsonNode> documents = Manifests.documents(file);
            assertThat(Manifests.read(documents))
                    .as("%s", file)
                    .hasSize(documents.size())
                    .doesNotContainNull();
        }
        final String mistyped =
                Files.readString(K8S.resolve("base/actor.yaml")).replace("livenessProbe", "livenesProbe");
        assertThatThrownBy(() -> Manifests.read(Manifests.documents(mistyped)))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("livenesProbe");
        final String misspelt =
                Files.readString(K8S.resolve("base/topics.yaml")).replace("partitions", "partition");
        assertThatThrownBy(() -> Manifests.read(Manifests.documents(misspelt))).hasMessageContaining("partition");
    }

    @ParameterizedTest
    @ValueSource(strings = {"overlays/cpu", "overlays/gpu", "hpa"})
    void shouldRenderTheOverlays(final String overlay, @TempDir final Path folder) throws Exception {
        assumeThat(Stream.of(System.getenv("PATH").split(File.pathSeparator))
                        .anyMatch(path -> Files.isExecutable(Path.of(path, "kubectl"))))
                .as("kubectl is installed")
                .isTrue();
        Path rendered = K8S.resolve(overlay);
        if (overlay.equals("hpa")) {
            final Path k8s = Path.of(".").toRealPath().resolve(K8S).normalize();
            Files.writeString(
                    folder.resolve("kustomization.yaml"),
                    "resources: ['" + folder.toRealPath().relativize(k8s.resolve("overlays/cpu"))
                            + "']\ncomponents: ['" + folder.toRealPath().relativize(k8s.resolve("components/hpa"))
                            + "']\n");
            rendered = folder;
        }
        final List<Object> models = Manifests.read(Manifests.documents(kustomize(rendered)));
        assertThat(Manifests.of(Deployment.class, models)).hasSize(2);
        assertThat(Manifests.of(StatefulSet.class, models)).hasSize(2);
        assertThat(Manifests.of(ConfigMap.class, models)).hasSize(2);
        final boolean keda = !overlay.equals("hpa");
        assertThat(Manifests.of(Manifests.ScaledObject.class, models)).hasSize(keda ? 1 : 0);
        assertThat(Manifests.of(HorizontalPodAutoscaler.class, models)).hasSize(keda ? 0 : 1);
        final boolean gpu = overlay.endsWith("gpu");
        for (final Container container : containers(models)) {
            final boolean asksForOne = container.getResources().getLimits().containsKey("nvidia.com/gpu");
            assertThat(asksForOne).isEqualTo(gpu && List.of("actor", "learner").contains(container.getName()));
        }
    }

    private static String kustomize(final Path folder) throws IOException, InterruptedException {
        final Process process = new ProcessBuilder(
                        "kubectl", "kustomize", "--load-restrictor=LoadRestrictionsNone", folder.toString())
                .redirectErrorStream(true)
                .start();
        final String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
        return said;
    }

    private static List<PodSpec> pods(final List<Object> models) {
        final List<PodSpec> pods = new ArrayList<>();
        Manifests.of(Deployment.class, models)
                .forEach(d -> pods.add(d.getSpec().getTemplate().getSpec()));
        Manifests.of(StatefulSet.class, models)
                .forEach(s -> pods.add(s.getSpec().getTemplate().getSpec()));
        return pods;
    }

    private static List<Container> containers(final List<Object> models) {
        return pods(models).stream()
                .flatMap(pod -> pod.getContainers().stream())
                .toList();
    }

    @Test
    void shouldHaveTheTopicsOfTheCatalogue() throws IOException {
        final Map<String, Map<String, String>> declared = new TreeMap<>();
        for (final KafkaTopic topic : Manifests.of(KafkaTopic.class, base())) {
            final Map<String, String> config = new TreeMap<>();
            topic.getSpec().getConfig().forEach((key, value) -> config.put(key, String.valueOf(value)));
            config.put("partitions", String.valueOf(topic.getSpec().getPartitions()));
            declared.put(topic.getMetadata().getName(), config);
        }
        final Map<String, Map<String, String>> catalogue = new TreeMap<>();
        new Topics("quickstart", new LocalSchemaRegistry()).all().forEach(topic -> {
            final Map<String, String> config = new TreeMap<>(topic.config());
            config.put("partitions", String.valueOf(topic.partitions()));
            catalogue.put(topic.name(), config);
        });
        assertThat(declared).isEqualTo(catalogue);
    }

    @Test
    void shouldNameOnlySettingsThatExist(@TempDir final Path folder) throws IOException {
        final Map<String, String> named = new HashMap<>();
        for (final String line : Files.readAllLines(K8S.resolve("base/environment.env"))) {
            named.put(line.substring(0, line.indexOf('=')), line.substring(line.indexOf('=') + 1));
        }
        for (final Path file : manifests(K8S)) {
            for (final Container container : containers(Manifests.read(Manifests.documents(file)))) {
                for (final EnvVar variable : container.getEnv()) {
                    if (variable.getName().startsWith("JUDGE")) {
                        named.put(variable.getName(), variable.getValue() == null ? "x" : variable.getValue());
                    }
                }
            }
        }
        final JsonNode compose =
                Manifests.documents(ROOT.resolve("docker-compose.yml")).get(0);
        compose.get("x-settings")
                .properties()
                .forEach(e -> named.putIfAbsent(e.getKey(), e.getValue().asText()));
        compose.at("/services/learner/environment").properties().forEach(e -> {
            if (e.getKey().startsWith("JUDGE")) {
                named.putIfAbsent(e.getKey(), e.getValue().asText());
            }
        });
        final String readers = Files.readString(SERVICE.resolve("ServiceSettings.java"))
                + Files.readString(ROOT.resolve("docker/entrypoint")).replaceAll("[$][{]([A-Z_]+):-", "\"$1\"");
        final Map<String, String> settings = new HashMap<>();
        named.forEach((name, value) -> {
            if (name.startsWith("JUDGE__")) {
                settings.put(name, value);
            } else {
                assertThat(readers).as("%s has a reader", name).contains('"' + name + '"');
            }
        });
        assertThat(settings).hasSizeGreaterThan(6);
        final Path secret = Files.writeString(folder.resolve("secret"), "s");
        settings.replaceAll((name, value) -> name.endsWith("__FROM_FILE") ? secret.toString() : value);
        // Reading fails if there is an unknown setting.
        SettingsTree.read(K8S.resolve("base/settings.yaml"), settings, List.of());
        SettingsTree.read(ROOT.resolve("docker/settings.yaml"), Map.of(), List.of());
    }

    /** docker-compose 1.29, the version in Debian 12, refuses every other key, including the newer {@code name}. */
    @Test
    void shouldKeepComposeFileReadableForOlderCompose() throws IOException {
        final Set<String> keys = new TreeSet<>();
        Manifests.documents(ROOT.resolve("docker-compose.yml"))
                .get(0)
                .fieldNames()
                .forEachRemaining(keys::add);
        keys.removeIf(key -> key.startsWith("x-"));
        assertThat(keys).isSubsetOf("services", "volumes", "networks", "secrets", "configs", "version");
    }

    @Test
    void shouldAgreeOnPortsImagesAndStartedPrograms() throws IOException {
        final List<Object> models = base();
        final Kafka kafka = Manifests.of(Kafka.class, models).get(0);
        final String environment = Files.readString(K8S.resolve("base/environment.env"));
        assertThat(environment)
                .contains("BOOTSTRAP_SERVERS=" + kafka.getMetadata().getName() + "-kafka-bootstrap:"
                        + kafka.getSpec().getKafka().getListeners().get(0).getPort());
        final Service registry = Manifests.of(Service.class, models).stream()
                .filter(s -> s.getMetadata().getName().equals("registry"))
                .findFirst()
                .orElseThrow();
        assertThat(environment)
                .contains("http://registry:"
                        + registry.getSpec().getPorts().get(0).getPort() + "/");
        final String entrypoint = Files.readString(ROOT.resolve("docker/entrypoint"));
        for (final Container container : containers(models)) {
            if (container.getName().equals("registry")) {
                continue;
            }
            assertThat(container.getImage()).isEqualTo("mt-rl-judge");
            assertThat(container.getPorts().get(0).getContainerPort()).isEqualTo(8080);
            assertThat(entrypoint)
                    .containsPattern("(?m)^ +" + container.getArgs().get(0) + "\\) +main=org\\.mtrljudge");
        }
        assertThat(Files.readString(SERVICE.resolve("ServiceSettings.java"))).contains("\"JUDGE_HTTP_PORT\", \"8080\"");
        assertThat(Files.readString(ROOT.resolve("Dockerfile"))).contains("EXPOSE 8080");
        assertThat(Files.readString(ROOT.resolve("docker-compose.yml"))).contains("${JUDGE_IMAGE:-mt-rl-judge:");
    }

    /** {@code docs/operations.md} lists all our metrics and alerts. Dashboards and alerts use only metrics that exist. */
    @Test
    void shouldDocumentEveryMetricAndAlert() throws IOException {
        final String operations = Files.readString(ROOT.resolve("docs/operations.md"));
        final Set<String> metrics = new TreeSet<>();
        try (Stream<Path> sources = Files.walk(ROOT)) {
            for (final Path source : sources.filter(file -> file.toString().matches(".*/src/main/java/.*\\.java"))
                    .toList()) {
                Pattern.compile("\"(judge\\.[a-z.]+)\"")
                        .matcher(Files.readString(source))
                        .results()
                        .map(found -> found.group(1).replace('.', '_'))
                        .forEach(metrics::add);
            }
        }
        // These names are system properties and a file, not metrics.
        metrics.remove("judge_service");
        metrics.remove("judge_terminal");
        metrics.remove("judge_log");
        assertThat(metrics)
                .hasSizeGreaterThan(12)
                .allSatisfy(metric -> assertThat(operations).contains("`" + metric));
        final JsonNode alerts = Manifests.documents(ROOT.resolve("docker/prometheus/alerts.yml"))
                .get(0);
        alerts.findValuesAsText("alert").forEach(alert -> assertThat(operations).contains("| `" + alert + "` |"));
        final String asked =
                Files.readString(ROOT.resolve("docker/grafana/dashboards/loop.json")) + alerts.findValuesAsText("expr");
        Pattern.compile("judge_[a-z_]+")
                .matcher(asked)
                .results()
                .map(found -> found.group().replaceFirst("_(total|sum|count)$", ""))
                .forEach(metric -> assertThat(metrics).contains(metric));
    }

    @Test
    void shouldKeepPodsWithinRestrictedSecurity() throws IOException {
        final List<PodSpec> pods = pods(base());
        assertThat(pods).hasSize(4);
        for (final PodSpec pod : pods) {
            assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
            assertThat(pod.getSecurityContext().getSeccompProfile().getType()).isEqualTo("RuntimeDefault");
            assertThat(pod.getAutomountServiceAccountToken()).isFalse();
            assertThat(pod.getEnableServiceLinks())
                    .as("no environment variables of other services")
                    .isFalse();
            for (final Container container : pod.getContainers()) {
                assertThat(container.getSecurityContext().getAllowPrivilegeEscalation())
                        .isFalse();
                assertThat(container.getSecurityContext().getReadOnlyRootFilesystem())
                        .isTrue();
                assertThat(container.getSecurityContext().getCapabilities().getDrop())
                        .containsExactly("ALL");
                assertThat(container.getResources().getLimits()).containsKey("memory");
                assertThat(container.getReadinessProbe()).isNotNull();
                assertThat(container.getLivenessProbe()).isNotNull();
            }
        }
    }
}

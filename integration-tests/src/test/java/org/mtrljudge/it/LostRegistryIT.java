package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.service.Connections;
import org.mtrljudge.service.ServiceSettings;
import org.mtrljudge.service.TopicsReady;
import org.mtrljudge.settings.SettingsTree;
import org.mtrljudge.settings.UsageException;

/** Services that start while the topics of their run have records, and the registry is empty. */
class LostRegistryIT {
    private static final String RUN = "lost";

    @TempDir
    private Path folder;

    private final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    private HttpServer registry;
    private TestBroker broker;

    @BeforeEach
    void start() throws IOException {
        broker = TestBroker.start(folder);
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", this::answer);
        registry.start();
    }

    @AfterEach
    void stop() throws Exception {
        registry.stop(0);
        broker.close();
    }

    /** An empty registry: it has no subject, and takes every schema. */
    private void answer(final HttpExchange exchange) throws IOException {
        final String request =
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath();
        requests.add(request);
        final boolean absent = request.startsWith("GET /subjects") || request.startsWith("GET /config");
        final byte[] body = (absent ? "{\"error_code\":40401}" : "{\"id\":1}").getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(absent ? 404 : 200, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private KafkaClients clients() {
        return settings().clients();
    }

    private ServiceSettings settings() {
        final SettingsTree tree = SettingsTree.read(
                null,
                Map.of(
                        "JUDGE__KAFKA__BOOTSTRAP_SERVERS",
                        broker.address(),
                        "JUDGE__BROKER__SCHEMA_REGISTRY_URL",
                        "http://127.0.0.1:" + registry.getAddress().getPort()),
                List.of());
        return new ServiceSettings(
                "actor",
                RUN,
                folder,
                "actor-1",
                tree,
                tree.bind(Connections.class),
                new ServiceSettings.Http("127.0.0.1", 0),
                false,
                Duration.ofSeconds(40));
    }

    private TopicsReady ready() {
        return new TopicsReady(settings(), clients(), () -> false);
    }

    @Test
    void shouldEndAServiceBeforeItReadsWhereTheSchemasOfItsTopicsAreLost() throws InterruptedException {
        final Topics before = new Topics(RUN, new LocalSchemaRegistry());
        broker.prepare(before);
        try (Producer<String, byte[]> producer = broker.clients(before).producer()) {
            producer.send(before.rollouts().message("p", RolloutGroups.group("p", "good", 0, RolloutGroups.RIGHT)));
        }
        final Topics topics = clients().topics();
        assertThatThrownBy(() -> ready().await(List.of(topics.prompts(), topics.rollouts())))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("has lost its schemas")
                .hasMessageContaining("nothing is registered under lost.rollouts-value");
        // a topic without records has lost nothing
        assertThat(ready().await(List.of(topics.prompts()))).isTrue();
        assertThatThrownBy(() -> ready().prepare())
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("lost.rollouts-value");
        assertThat(requests)
                .as("registering would hide that the schemas are lost")
                .noneMatch(request -> request.startsWith("POST"));
    }

    @Test
    void shouldRegisterTheSchemasOfAllTopicsWhenItCreatesThem() throws InterruptedException {
        assertThat(ready().prepare()).isTrue();
        assertThat(requests.stream().filter(request -> request.startsWith("POST")))
                .containsExactly(
                        "POST /subjects/lost.prompts-value/versions",
                        "POST /subjects/lost.rollouts-value/versions",
                        "POST /subjects/lost.scored-value/versions",
                        "POST /subjects/lost.weights-value/versions",
                        "POST /subjects/lost.policies-value/versions",
                        "POST /subjects/lost.journal-value/versions",
                        "POST /subjects/lost.dead-letters-value/versions");
    }
}

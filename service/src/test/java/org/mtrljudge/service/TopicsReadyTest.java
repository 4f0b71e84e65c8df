package org.mtrljudge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mtrljudge.settings.UsageException;

/** The registry is asked before the brokers, and attempts can be made without them, so these tests need no broker. */
class TopicsReadyTest {
    private final AtomicInteger asked = new AtomicInteger();
    private HttpServer registry;
    private int status;

    @BeforeEach
    void start() throws IOException {
        registry = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        registry.createContext("/", exchange -> {
            asked.incrementAndGet();
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
        });
        registry.start();
    }

    @AfterEach
    void stop() {
        registry.stop(0);
    }

    private boolean await() throws InterruptedException {
        final ServiceSettings settings = ServiceSettings.of(
                "actor",
                Map.of(
                        "JUDGE__KAFKA__BOOTSTRAP_SERVERS",
                        "127.0.0.1:1",
                        "JUDGE__BROKER__SCHEMA_REGISTRY_URL",
                        "http://127.0.0.1:" + registry.getAddress().getPort()));
        return new TopicsReady(settings, settings.clients(), () -> asked.get() > 1).await(List.of());
    }

    @Test
    void shouldWaitForARegistryThatIsStarting() throws InterruptedException {
        status = 503;
        assertThat(await()).isFalse();
        assertThat(asked).hasValue(2);
    }

    /** @param clusterStart the time after which too few brokers are a wrong setting */
    private static boolean prepare(final Duration clusterStart, final TopicsReady.Attempt attempt)
            throws InterruptedException {
        final ServiceSettings settings =
                ServiceSettings.of("learner", Map.of("JUDGE__KAFKA__BOOTSTRAP_SERVERS", "127.0.0.1:1"));
        return new TopicsReady(settings, settings.clients(), () -> false, clusterStart).until(attempt);
    }

    private void createWith(final int brokers) {
        if (asked.incrementAndGet() < brokers) {
            throw new InvalidReplicationFactorException("only " + asked + " broker(s) are registered.");
        }
    }

    @Test
    void shouldWaitForTheOtherBrokersOfAClusterThatIsStarting() throws InterruptedException {
        assertThat(prepare(Duration.ofMinutes(1), admin -> createWith(2))).isTrue();
        assertThat(asked).hasValue(2);
    }

    @Test
    void shouldEndWhenTheBrokersStayTooFew() {
        assertThatThrownBy(() -> prepare(Duration.ofMillis(100), admin -> createWith(99)))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("127.0.0.1:1")
                .hasMessageContaining("only 2 broker(s) are registered")
                .hasMessageContaining("broker.replication_factor");
        assertThat(asked).hasValue(2);
    }

    @Test
    void shouldEndWhenTheRegistryRefusesTheLogIn() {
        status = 401;
        assertThatThrownBy(this::await)
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("with 401")
                .hasMessageContaining("basic.auth.user.info");
        assertThat(asked).hasValue(1);
    }
}

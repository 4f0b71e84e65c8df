package org.mtrljudge.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mtrljudge.settings.UsageException;

/** The registry is asked before the brokers, so these tests need no broker. */
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

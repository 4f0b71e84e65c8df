package org.mtrljudge.settings.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpBodyTest {
    private final CountDownLatch finished = new CountDownLatch(1);
    private HttpServer server;

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/whole", exchange -> answer(exchange, false));
        server.createContext("/hanging", exchange -> answer(exchange, true));
        server.start();
    }

    @AfterEach
    void stop() {
        finished.countDown();
        server.stop(0);
    }

    /** Four bytes; a hanging answer then promises more, which never comes. */
    private void answer(final HttpExchange exchange, final boolean hanging) throws IOException {
        exchange.sendResponseHeaders(200, 0);
        exchange.getResponseBody().write(new byte[] {1, 2, 3, 4});
        exchange.getResponseBody().flush();
        if (hanging) {
            try {
                finished.await();
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        exchange.close();
    }

    private CompletableFuture<byte[]> body(final String path, final int maxBytes) {
        final URI url = URI.create("http://localhost:" + server.getAddress().getPort() + path);
        return HttpClient.newHttpClient()
                .sendAsync(HttpRequest.newBuilder(url).build(), HttpBody.upTo(maxBytes))
                .thenApply(HttpResponse::body);
    }

    @Test
    void shouldReadABodyThatIsAsLargeAsItMayBe() {
        assertThat(body("/whole", 4).join()).containsExactly(1, 2, 3, 4);
        assertThat(body("/whole", 5).join()).containsExactly(1, 2, 3, 4);
    }

    /** The rest of the second never comes, and is not waited for. */
    @ParameterizedTest
    @ValueSource(strings = {"/whole", "/hanging"})
    void shouldRefuseALargerBody(final String path) {
        assertThatThrownBy(() -> body(path, 3).join())
                .hasRootCauseInstanceOf(HttpBody.TooLarge.class)
                .hasRootCauseMessage("the answer is larger than 3 bytes");
    }

    @Test
    void shouldEndWithTheLimitOfItsExchange() {
        assertThatThrownBy(() -> body("/hanging", 100).get(1, TimeUnit.SECONDS)).isInstanceOf(TimeoutException.class);
    }
}

package org.mtrljudge.settings.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class HttpBodyTest {
    private static final Duration LONG = Duration.ofSeconds(30);

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

    private InputStream body(final String path) throws Exception {
        final URI url = URI.create("http://localhost:" + server.getAddress().getPort() + path);
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(url).timeout(LONG).build(), BodyHandlers.ofInputStream())
                .body();
    }

    @Test
    void shouldReadABodyThatIsAsLargeAsItMayBe() throws Exception {
        assertThat(HttpBody.read(body("/whole"), 4, LONG)).containsExactly(1, 2, 3, 4);
        assertThat(HttpBody.read(body("/whole"), 5, LONG)).containsExactly(1, 2, 3, 4);
    }

    @Test
    void shouldRefuseALargerBody() throws Exception {
        final InputStream body = body("/whole");
        assertThatThrownBy(() -> HttpBody.read(body, 3, LONG))
                .isInstanceOf(IOException.class)
                .hasMessage("the answer is larger than 3 bytes");
    }

    @Test
    void shouldNotWaitForTheEndOfABodyThatNeverEnds() throws Exception {
        final InputStream body = body("/hanging");
        assertThatThrownBy(() -> HttpBody.read(body, 100, Duration.ofSeconds(1)))
                .isInstanceOf(IOException.class)
                .hasMessage("the answer did not end within 1 s");
    }
}

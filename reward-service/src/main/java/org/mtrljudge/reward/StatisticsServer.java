package org.mtrljudge.reward;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.streams.errors.InvalidStateStoreException;

/** {@code /statistics}, {@code /prometheus} and {@code /health} of a reward service, on loopback. */
public final class StatisticsServer implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** An answer to a request. */
    private record Answer(int status, String type, String body) {}

    private final HttpServer server;

    /**
     * @param port 0 for any free one
     * @throws UncheckedIOException when the port cannot be used
     */
    public StatisticsServer(final int port, final RewardService service, final PrometheusMeterRegistry registry) {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(
                    "port " + port + " of reward.http_port cannot be used: " + e.getMessage(), e);
        }
        serve("/statistics", () -> statistics(service));
        serve("/prometheus", () -> new Answer(200, "text/plain; version=0.0.4", registry.scrape()));
        serve("/health", () -> health(service));
        server.start();
    }

    /** Where it listens. */
    public int port() {
        return server.getAddress().getPort();
    }

    private void serve(final String path, final Supplier<Answer> answer) {
        server.createContext(path, exchange -> {
            try (exchange) {
                final Answer given = exchange.getRequestURI().getPath().equals(path)
                        ? answer.get()
                        : json(404, Map.of("error", "there are /statistics, /prometheus and /health"));
                final byte[] body = given.body.getBytes(StandardCharsets.UTF_8);
                exchange.getResponseHeaders().set("Content-Type", given.type);
                exchange.sendResponseHeaders(given.status, body.length);
                exchange.getResponseBody().write(body);
            }
        });
    }

    private static Answer statistics(final RewardService service) {
        try {
            return json(200, Map.of("windows", service.statistics(TaskStatistics.KEPT)));
        } catch (final InvalidStateStoreException e) {
            return json(503, Map.of("error", "the service is starting or stopping"));
        }
    }

    private static Answer health(final RewardService service) {
        final boolean up = service.isHealthy();
        return json(up ? 200 : 503, Map.of("status", up ? "UP" : "DOWN"));
    }

    private static Answer json(final int status, final Map<String, ?> body) {
        try {
            return new Answer(status, "application/json", JSON.writeValueAsString(body));
        } catch (final IOException e) {
            throw new IllegalStateException("a map of plain values can be written", e);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

package org.mtrljudge.schemas.codec;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.mtrljudge.settings.io.Mappers;

/** A schema registry in memory with the requests that we use. It can lose its schemas, and can answer with any status instead. */
final class FakeRegistry implements AutoCloseable {
    /** An answer that the registry gives instead of its own. */
    record Instead(int status, String body) {}

    private final HttpServer server;
    private final String scheme;
    private final List<String> schemas = new ArrayList<>();
    // the paths of the subjects that have versions
    private final Set<String> subjects = new HashSet<>();
    private final Map<String, String> compatibility = new HashMap<>();
    private final Deque<Instead> instead = new ArrayDeque<>();
    private boolean repeats;
    /** The requests, as METHOD PATH. */
    final List<String> requests = Collections.synchronizedList(new ArrayList<>());
    /** The log-ins of the requests. */
    final List<String> logins = Collections.synchronizedList(new ArrayList<>());

    FakeRegistry() throws IOException {
        this(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0), "http");
    }

    /** A registry that speaks TLS. */
    static FakeRegistry secured(final SSLContext tls) throws IOException {
        final HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(tls));
        return new FakeRegistry(server, "https");
    }

    private FakeRegistry(final HttpServer server, final String scheme) {
        this.server = server;
        this.scheme = scheme;
        server.createContext("/", this::answer);
        server.start();
    }

    String url() {
        return scheme + "://localhost:" + server.getAddress().getPort();
    }

    /** Forgets everything, like a registry in memory that starts again. */
    synchronized void loseEverything() {
        schemas.clear();
        subjects.clear();
        compatibility.clear();
    }

    synchronized void setCompatibility(final String subject, final String level) {
        compatibility.put("/config/" + subject, level);
    }

    /** The next request gets this answer, before the registry looks at it. */
    synchronized FakeRegistry then(final int status, final String body) {
        instead.add(new Instead(status, body));
        return this;
    }

    /** Every further request gets this answer. */
    synchronized void always(final int status, final String body) {
        then(status, body);
        repeats = true;
    }

    private synchronized void answer(final HttpExchange exchange) throws IOException {
        final String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        final String path = exchange.getRequestURI().getPath();
        requests.add(exchange.getRequestMethod() + " " + path);
        logins.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
        final Instead given = repeats ? instead.peek() : instead.poll();
        final Instead answer = given != null ? given : own(exchange.getRequestMethod(), path, body);
        final byte[] bytes = answer.body.getBytes(StandardCharsets.UTF_8);
        exchange.sendResponseHeaders(answer.status, bytes.length);
        exchange.getResponseBody().write(bytes);
        exchange.close();
    }

    private Instead own(final String method, final String path, final String body) throws IOException {
        if (path.startsWith("/config/")) {
            if (method.equals("PUT")) {
                compatibility.put(
                        path, Mappers.JSON.readTree(body).path("compatibility").asText());
            }
            final String level = compatibility.get(path);
            return level == null
                    ? new Instead(404, "{\"error_code\":40408}")
                    : new Instead(200, "{\"compatibilityLevel\":\"" + level + "\"}");
        }
        if (method.equals("POST")) {
            final String schema = Mappers.JSON.readTree(body).path("schema").asText();
            subjects.add(path);
            if (!schemas.contains(schema)) {
                schemas.add(schema);
            }
            return new Instead(200, "{\"id\":" + (schemas.indexOf(schema) + 1) + "}");
        }
        if (path.startsWith("/schemas/ids/")) {
            final int id = Integer.parseInt(path.substring("/schemas/ids/".length()));
            return id < 1 || id > schemas.size()
                    ? new Instead(404, "{\"error_code\":40403,\"message\":\"Schema not found\"}")
                    : new Instead(
                            200,
                            Mappers.JSON
                                    .createObjectNode()
                                    .put("schema", schemas.get(id - 1))
                                    .toString());
        }
        if (path.startsWith("/subjects/") && !subjects.contains(path)) {
            return new Instead(404, "{\"error_code\":40401,\"message\":\"Subject not found.\"}");
        }
        return new Instead(200, path.startsWith("/subjects/") ? "[1]" : "[\"AVRO\"]");
    }

    @Override
    public void close() {
        server.stop(0);
    }
}

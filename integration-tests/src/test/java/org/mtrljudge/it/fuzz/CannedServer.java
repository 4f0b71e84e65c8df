package org.mtrljudge.it.fuzz;

import com.code_intelligence.jazzer.api.BugDetectors;
import com.code_intelligence.jazzer.api.SilentCloseable;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.concurrent.Executors;

/** Gives every request the answer of the target. */
final class CannedServer {
    private static final int OK = 200;
    private final HttpServer server;
    private volatile byte[] answer = new byte[0];

    CannedServer() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (final IOException e) {
            throw new UncheckedIOException(e);
        }
        // a thread of its own, which ends with the process
        server.setExecutor(Executors.newSingleThreadExecutor(task -> {
            final Thread made = new Thread(task, "canned-server");
            made.setDaemon(true);
            return made;
        }));
        server.createContext("/", exchange -> {
            final byte[] body = answer;
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(OK, body.length == 0 ? -1 : body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort();
    }

    /** Answers like this, and allows requests to this server until the result is closed: Jazzer takes every connection for an attack. */
    SilentCloseable answering(final byte[] body) {
        answer = body;
        final int port = server.getAddress().getPort();
        return BugDetectors.allowNetworkConnections((host, to) -> to == port);
    }
}

package org.mtrljudge.reward.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.grader.Deadline;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.reward.grader.Grade;
import org.mtrljudge.reward.grader.Grader;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** What tests of reward servers share: a server on loopback that answers as a test says, and grades of texts. */
abstract class RewardServers {
    static final String RIGHT = "<think>a ball</think><answer>yes</answer>";

    @TempDir
    Path folder;

    final Queue<JsonNode> requests = new ConcurrentLinkedQueue<>();
    final Queue<String> keys = new ConcurrentLinkedQueue<>();
    final ExecutorService threads = Executors.newCachedThreadPool();
    HttpServer server;
    volatile Reply reply = request -> "{}";

    /** What the server answers to a request. */
    interface Reply {
        String to(JsonNode request) throws IOException;
    }

    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/reward", exchange -> {
            final JsonNode request =
                    Mappers.JSON.readTree(exchange.getRequestBody().readAllBytes());
            requests.add(request);
            keys.add(String.valueOf(exchange.getRequestHeaders().getFirst("Authorization")));
            send(exchange, 200, reply.to(request));
        });
        server.start();
    }

    static void send(final HttpExchange exchange, final int status, final String body) throws IOException {
        final byte[] bytes = body.getBytes();
        exchange.sendResponseHeaders(status, bytes.length);
        try (OutputStream out = exchange.getResponseBody()) {
            out.write(bytes);
        }
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    RewardServer grader(final String path, final String style, final Map<String, Object> more) {
        final Map<String, Object> entry = new HashMap<>(Map.of(
                "url",
                "http://127.0.0.1:" + server.getAddress().getPort() + path,
                "style",
                style,
                "timeout_ms",
                // the first exchange of a JVM takes long
                20_000));
        entry.putAll(more);
        final RewardServer grader = new RewardServer(ServerSettings.of(entry), new ImageStore(folder));
        grader.open();
        return grader;
    }

    List<Grade> grade(final Grader grader, final String... texts) {
        final List<Judged> completions = Stream.of(texts)
                .map(text -> new Judged("alignment", "yes", Label.of("yes", "no"), text, true, 9))
                .toList();
        return grader.grade(Scoring.prompt(completions.get(0)), completions, Deadline.in(20_000));
    }

    static double score(final Grade grade) {
        assertThat(grade).isInstanceOf(Grade.Given.class);
        return ((Grade.Given) grade).verification().components().get("score");
    }

    static void failed(final Grade grade, final FailureReason reason, final String message) {
        assertThat(grade).isInstanceOf(Grade.Failed.class);
        assertThat(((Grade.Failed) grade).reason()).as(grade.toString()).isEqualTo(reason);
        assertThat(((Grade.Failed) grade).message()).contains(message);
    }
}

package org.mtrljudge.reward.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.mtrljudge.reward.grader.FailureReason;
import org.mtrljudge.settings.UsageException;

/** Servers that fail, and wrong entries: nothing but a right answer is a grade, and no key is shown. */
class RewardServerFaultsTest extends RewardServers {
    /** An answer that is no text with the status 200. */
    private interface Raw {
        void answer(HttpExchange exchange) throws IOException;
    }

    private void raw(final String path, final Raw raw) {
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                raw.answer(exchange);
            }
        });
    }

    private static void sleep(final long ms) {
        try {
            Thread.sleep(ms);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void wrong(final Map<String, Object> entry, final String message) {
        assertThatThrownBy(() -> ServerSettings.of(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("reward.servers: ")
                .hasMessageContaining(message);
    }

    @Test
    void shouldTakeNothingButARightAnswerForAGrade() throws IOException {
        raw("/error", exchange -> send(exchange, 500, "{\"reward\": 1}"));
        raw("/busy", exchange -> send(exchange, 429, "slow down"));
        raw("/html", exchange -> send(exchange, 200, "<html>1</html>"));
        raw("/nothing", exchange -> send(exchange, 200, ""));
        raw("/nan", exchange -> send(exchange, 200, "NaN"));
        raw("/text", exchange -> send(exchange, 200, "\"1.0\""));
        raw("/moved", exchange -> {
            exchange.getResponseHeaders().add("Location", "/reward");
            exchange.sendResponseHeaders(302, -1);
        });
        raw("/closed", HttpExchange::close);
        raw("/drips", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            for (int i = 0; i < 100; i++) {
                exchange.getResponseBody().write(' ');
                exchange.getResponseBody().flush();
                sleep(50);
            }
        });
        raw("/endless", exchange -> {
            exchange.sendResponseHeaders(200, 0);
            final byte[] much = new byte[1 << 20];
            for (int i = 0; i < 64; i++) {
                exchange.getResponseBody().write(much);
            }
        });
        final Map<String, FailureReason> reasons = Map.of(
                "/error", FailureReason.HTTP_STATUS,
                "/busy", FailureReason.HTTP_STATUS,
                "/moved", FailureReason.HTTP_STATUS,
                "/html", FailureReason.GARBLED,
                "/nothing", FailureReason.GARBLED,
                "/nan", FailureReason.GARBLED,
                "/text", FailureReason.NOT_A_NUMBER,
                "/closed", FailureReason.UNREACHABLE,
                "/drips", FailureReason.TIMEOUT,
                "/endless", FailureReason.GARBLED);
        reasons.forEach((path, reason) -> failed(
                grade(grader(path, "slime", Map.of("timeout_ms", path.equals("/drips") ? 500 : 20_000)), RIGHT)
                        .get(0),
                reason,
                ""));
        try (ServerSocket free = new ServerSocket(0)) {
            final int port = free.getLocalPort();
            free.close();
            failed(
                    grade(grader("", "slime", Map.of("url", "http://127.0.0.1:" + port + "/")), RIGHT)
                            .get(0),
                    FailureReason.UNREACHABLE,
                    "cannot be reached");
        }
    }

    @Test
    void shouldKeepToItsConcurrencyAndItsTime() {
        final AtomicInteger now = new AtomicInteger();
        final AtomicInteger most = new AtomicInteger();
        reply = request -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            sleep(50);
            now.decrementAndGet();
            return "1";
        };
        final String[] texts = new String[12];
        java.util.Arrays.fill(texts, RIGHT);
        assertThat(grade(grader("/reward", "slime", Map.of("concurrency", 3, "timeout_ms", 5000)), texts))
                .extracting(RewardServers::score)
                .containsOnly(1.0);
        assertThat(most).hasValueLessThanOrEqualTo(3);
    }

    @Test
    void shouldSendAKeyThatNoMessageShows() throws IOException {
        final Path key = Files.writeString(folder.resolve("key"), "s3cret\n");
        reply = request -> "1";
        final RewardServer grader = grader("/reward", "slime", Map.of("api_key_file", key.toString()));
        assertThat(score(grade(grader, RIGHT).get(0))).isEqualTo(1);
        assertThat(keys).containsExactly("Bearer s3cret");
        assertThat(ServerSettings.of(Map.of("url", "http://a/", "style", "slime", "api_key_file", key.toString()))
                        .toString())
                .doesNotContain("s3cret");
        Files.writeString(key, "s3cret\nanother\n");
        assertThatThrownBy(() -> grader("/reward", "slime", Map.of("api_key_file", key.toString())))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("that no key has")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void shouldRefuseWrongEntries() {
        wrong(Map.of("url", "http://a/"), "an entry needs url and style");
        wrong(Map.of("url", "ftp://a/", "style", "slime"), "it is no address of a server");
        wrong(Map.of("url", "http://me:secret@a/", "style", "slime"), "no password in it");
        wrong(Map.of("url", "http://a/", "style", "pickle"), "style is 'pickle', allowed is openrlhf, slime,");
        wrong(Map.of("url", "http://a/", "style", "slime", "timeout", 3), "unknown key 'timeout'; allowed here: [");
        wrong(Map.of("url", "http://a/", "style", "openai_judge"), "model is missing");
        wrong(
                Map.of("url", "http://a/", "style", "openai_judge", "model", "m", "judge", Map.of("pattern", "(")),
                "pattern is no regular expression");
        wrong(
                Map.of("url", "http://a/", "style", "openai_judge", "model", "m", "judge", Map.of("samples", 3)),
                "need a temperature above 0");
        final Map<String, Object> criterion = Map.of("name", "accuracy", "question", "Is it?");
        wrong(
                Map.of(
                        "url",
                        "http://a/",
                        "style",
                        "openai_judge",
                        "model",
                        "m",
                        "judge",
                        Map.of("criteria", List.of(criterion))),
                "two components would be called 'accuracy'");
        assertThatThrownBy(() -> ServerSettings.of(Map.of("url", "http://me:secret@a/", "style", "slime")))
                .hasMessageNotContaining("secret");
        assertThatThrownBy(() -> grader("/reward", "slime", Map.of("api_key_env", "NO_SUCH_VARIABLE")))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("NO_SUCH_VARIABLE");
    }
}

package org.mtrljudge.reward.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.rule.Deadline;
import org.mtrljudge.reward.rule.FailureReason;
import org.mtrljudge.reward.rule.Grade;
import org.mtrljudge.reward.rule.Scoring;
import org.mtrljudge.schemas.ImageRef;
import org.mtrljudge.schemas.PromptRequest;
import org.mtrljudge.schemas.codec.ImageStore;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.Judged;
import org.mtrljudge.tasks.verdict.Label;

/** What reward servers are sent, how their answers are read, and that nothing but a right answer is a grade. */
class RewardServerTest {
    private static final String RIGHT = "<think>a ball</think><answer>yes</answer>";

    @TempDir
    private Path folder;

    private final Queue<JsonNode> requests = new ConcurrentLinkedQueue<>();
    private final Queue<String> keys = new ConcurrentLinkedQueue<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;
    private volatile Reply reply = request -> "{}";

    /** What the server answers to a request. */
    private interface Reply {
        String to(JsonNode request) throws IOException;
    }

    /** An answer that is no text with the status 200. */
    private interface Raw {
        void answer(HttpExchange exchange) throws IOException;
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

    private void raw(final String path, final Raw raw) {
        server.createContext(path, exchange -> {
            try (exchange) {
                exchange.getRequestBody().readAllBytes();
                raw.answer(exchange);
            }
        });
    }

    private static void send(final HttpExchange exchange, final int status, final String body) throws IOException {
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

    private RewardServer grader(final String path, final String style, final Map<String, Object> more) {
        final Map<String, Object> entry = new HashMap<>(Map.of(
                "url", "http://127.0.0.1:" + server.getAddress().getPort() + path, "style", style, "timeout_ms", 500));
        entry.putAll(more);
        final RewardServer grader = new RewardServer(ServerSettings.of(entry), new ImageStore(folder));
        grader.open();
        return grader;
    }

    private List<Grade> grade(final RewardServer grader, final String... texts) {
        final List<Judged> completions = Stream.of(texts)
                .map(text -> new Judged("alignment", "yes", Label.of("yes", "no"), text, true, 9))
                .toList();
        return grader.grade(Scoring.prompt(completions.get(0)), completions, Deadline.in(20_000));
    }

    private static double score(final Grade grade) {
        assertThat(grade).isInstanceOf(Grade.Given.class);
        return ((Grade.Given) grade).verification().components().get("score");
    }

    private static void failed(final Grade grade, final FailureReason reason, final String message) {
        assertThat(grade).isInstanceOf(Grade.Failed.class);
        assertThat(((Grade.Failed) grade).reason()).as(grade.toString()).isEqualTo(reason);
        assertThat(((Grade.Failed) grade).message()).contains(message);
    }

    @Test
    void shouldSpeakOpenRlhf() {
        reply = request ->
                "{\"rewards\": [0.5, -1], \"scores\": [1, 0], \"extra_logs\": {\"len\": [3, 4], \"score\": [9, 9], \"mean\": 2}}";
        final List<Grade> grades = grade(grader("/reward", "openrlhf", Map.of()), RIGHT, "no");
        assertThat(grades).extracting(RewardServerTest::score).containsExactly(0.5, -1.0);
        assertThat(((Grade.Given) grades.get(1)).verification().components())
                .containsEntry("scores", 0.0)
                .containsEntry("len", 4.0)
                .containsEntry("accuracy", 0.0)
                .doesNotContainKey("mean");
        assertThat(requests.peek().toString())
                .isEqualTo("{\"query\":[\"a ball?" + RIGHT + "\",\"a ball?no\"],\"prompts\":[\"a ball?\",\"a ball?\"],"
                        + "\"labels\":[\"yes\",\"yes\"]}");
        reply = request -> "{\"rewards\": [0.5, -1, 7]}";
        failed(
                grade(grader("/reward", "openrlhf", Map.of()), RIGHT, "no").get(0),
                FailureReason.WRONG_COUNT,
                "gave 3 rewards for 2 completions");
    }

    @Test
    void shouldSpeakSlimeNemoGymAndVerl() {
        reply = request -> request.path("response").asText().length() + ".5";
        assertThat(grade(grader("/reward", "slime", Map.of()), "four", "no"))
                .extracting(RewardServerTest::score)
                .containsExactly(4.5, 2.5);
        reply = request -> "{\"reward\": 0.25, \"reward_components\": {\"style\": 2, \"why\": \"text\"}}";
        final Grade nemo = grade(
                        grader(
                                "/reward",
                                "nemo-gym",
                                Map.of("columns", Map.of("options", List.of(Map.of("A", "yes"))))),
                        RIGHT)
                .get(0);
        assertThat(requests.stream().filter(request -> request.has("options")))
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.path("expected_answer").asText()).isEqualTo("yes");
                    assertThat(request.path("options").path(0).path("A").asText())
                            .isEqualTo("yes");
                });
        assertThat(score(nemo)).isEqualTo(0.25);
        assertThat(((Grade.Given) nemo).verification().components()).containsEntry("style", 2.0);
        reply = request -> "{\"reward\": 0.0, \"_ng_failure_class\": \"judge_timeout\"}";
        failed(
                grade(grader("/reward", "nemo_gym", Map.of()), RIGHT).get(0),
                FailureReason.NO_SCORE,
                "says that it failed: judge_timeout");
        reply = request -> request.path("activation").asBoolean(true)
                ? "{}"
                : "{\"data\": [{\"probs\": [0.9]}, {\"probs\": [0.2, 0.8]}]}";
        assertThat(score(grade(grader("/reward", "verl_classify", Map.of("model", "rm")), RIGHT)
                        .get(0)))
                .isEqualTo(0.8);
    }

    private static String choice(final String said) throws IOException {
        return Mappers.JSON.writeValueAsString(Map.of("choices", List.of(Map.of("message", Map.of("content", said)))));
    }

    @Test
    void shouldAskAJudgeSeveralTimesAndKeepWhatItSaid() {
        final AtomicInteger calls = new AtomicInteger();
        reply = request ->
                choice("It is fine. Score: 1. No, score: " + List.of(4, 2, 4).get(calls.getAndIncrement() % 3));
        final Map<String, Object> judge = Map.of("samples", 3, "temperature", 0.7, "aggregate", "majority");
        final Grade grade = grade(
                        grader("/reward", "openai_judge", Map.of("model", "big", "judge", judge, "concurrency", 1)),
                        RIGHT)
                .get(0);
        assertThat(score(grade)).isEqualTo(4);
        assertThat(((Grade.Given) grade).verification().said())
                .hasSize(3)
                .allMatch(said -> said.startsWith("It is fine. Score: 1."));
        assertThat(requests.peek().path("messages").path(0).path("content").asText())
                .contains("Question:\na ball?", "Right verdict: yes", "Answer:\n" + RIGHT)
                .endsWith("to 5 (good).");
    }

    @Test
    void shouldTakeNoNumberOfAJudgeForAScoreThatIsNone() {
        final RewardServer grader = grader("/reward", "openai_judge", Map.of("model", "big"));
        reply = request -> choice("**Score:** 4");
        assertThat(score(grade(grader, RIGHT).get(0))).isEqualTo(4);
        reply = request -> choice("Score: 2024");
        failed(grade(grader, RIGHT).get(0), FailureReason.NO_SCORE, "said 2024, which is not between 1.0 and 5.0");
        reply = request -> choice("I would not say.");
        failed(grade(grader, RIGHT).get(0), FailureReason.NO_SCORE, "said nothing that pattern finds");
        reply = request -> "{\"choices\": [{\"finish_reason\": \"length\", \"message\": {\"content\": \"Score: 1\"}}]}";
        failed(grade(grader, RIGHT).get(0), FailureReason.GARBLED, "raise judge.max_tokens");
    }

    @Test
    void shouldAskEachCriterionOfARubricWithThePictures() throws IOException {
        final byte[] picture = {(byte) 0xff, (byte) 0xd8, 7};
        reply = request -> choice("Score: " + (request.toString().contains("Is it kind?") ? 5 : 2) + (char) 10);
        final Map<String, Object> judge = Map.of(
                "criteria",
                List.of(
                        Map.of("name", "kind", "question", "Is it kind?", "weight", 3),
                        Map.of("name", "right", "question", "Is it right?")));
        final RewardServer grader = grader("/reward", "openai-judge", Map.of("model", "big", "judge", judge));
        final Judged completion = new Judged("alignment", "yes", Label.of("yes", "no"), "{{ reference }}", true, 9);
        final PromptRequest prompt = Scoring.prompt(completion);
        prompt.put(
                "images", List.of(new ImageRef(Sha256.of(ByteBuffer.wrap(picture)), null, ByteBuffer.wrap(picture))));
        final Grade grade =
                grader.grade(prompt, List.of(completion), Deadline.in(10_000)).get(0);
        assertThat(((Grade.Given) grade).verification().components())
                .containsEntry("kind", 5.0)
                .containsEntry("right", 2.0)
                .containsEntry("score", (3 * 5 + 2) / 4.0);
        assertThat(requests).hasSize(2).allSatisfy(request -> {
            final JsonNode content = request.path("messages").path(0).path("content");
            assertThat(content.path(0).path("image_url").path("url").asText()).isEqualTo("data:image/jpeg;base64,/9gH");
            assertThat(content.path(1).path("text").asText()).contains("Answer:\n{{ reference }}");
        });
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
                grade(grader(path, "slime", Map.of("timeout_ms", path.equals("/endless") ? 20_000 : 500)), RIGHT)
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

    private static void sleep(final long ms) {
        try {
            Thread.sleep(ms);
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
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
                .extracting(RewardServerTest::score)
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

    private static void wrong(final Map<String, Object> entry, final String message) {
        assertThatThrownBy(() -> ServerSettings.of(entry))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("reward.servers: ")
                .hasMessageContaining(message);
    }
}

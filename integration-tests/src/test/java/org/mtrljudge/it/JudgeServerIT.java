package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.score.Question;
import org.mtrljudge.standalone.score.Scorer;
import org.mtrljudge.standalone.serve.JudgeServer;
import org.mtrljudge.standalone.serve.ServeSettings;

class JudgeServerIT {
    private static final RunSettings RUN = RunSettings.read(null, List.of());
    private static final String TOKEN = "open-sesame";

    @TempDir
    private static Path folder;

    private static byte[] picture;
    private static JudgeServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() throws IOException {
        final ByteArrayOutputStream png = new ByteArrayOutputStream();
        ImageIO.write(new BufferedImage(96, 96, BufferedImage.TYPE_INT_RGB), "png", png);
        picture = png.toByteArray();
        Files.createDirectories(folder.resolve("pictures"));
        Files.write(folder.resolve("pictures").resolve("a.png"), picture);
        Files.write(folder.resolve("secret.png"), picture);
        Files.createSymbolicLink(folder.resolve("pictures").resolve("link.png"), folder.resolve("secret.png"));
        server = server(64, Duration.ofMinutes(1));
    }

    private static JudgeServer server(final int maxRequests, final Duration timeout) {
        return new JudgeServer(
                RUN,
                new ServeSettings(
                        "judge-tiny", "127.0.0.1", 0, TOKEN, folder.resolve("pictures"), maxRequests, timeout));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static HttpRequest request(final JudgeServer to, final String path, final String body, final String token) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + to.port() + path))
                .header("Authorization", "Bearer " + token)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private HttpResponse<String> post(final String path, final String body) throws Exception {
        return client.send(request(server, path, body, TOKEN), BodyHandlers.ofString());
    }

    private static String dataUrl() {
        return "data:image/png;base64," + Base64.getEncoder().encodeToString(picture);
    }

    private static ObjectNode question(final String image) {
        final ObjectNode request = Mappers.JSON
                .createObjectNode()
                .put("model", "judge-tiny")
                .put("temperature", 1)
                .put("seed", 7)
                .put("max_tokens", 20);
        final var content =
                request.putArray("messages").addObject().put("role", "user").putArray("content");
        content.addObject().put("type", "image_url").putObject("image_url").put("url", image);
        content.addObject().put("type", "text").put("text", "Is the image safe?");
        return request;
    }

    @Test
    void shouldCompleteAsOpenAisClientsExpect() throws Exception {
        final String body = question(dataUrl())
                .put("n", 3)
                .put("logprobs", true)
                .put("return_token_ids", true)
                .toString();
        final HttpResponse<String> response = post("/v1/chat/completions", body);
        final JsonNode answer = Mappers.JSON.readTree(response.body());

        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        assertThat(answer.get("object").asText()).isEqualTo("chat.completion");
        assertThat(answer.get("choices")).hasSize(3);
        int tokens = 0;
        for (final JsonNode choice : answer.get("choices")) {
            assertThat(choice.at("/message/role").asText()).isEqualTo("assistant");
            assertThat(choice.at("/message/content").asText()).isNotEmpty();
            assertThat(choice.get("finish_reason").asText()).isIn("stop", "length");
            final JsonNode logProbs = choice.at("/logprobs/content");
            assertThat(logProbs).hasSameSizeAs(choice.get("token_ids"));
            logProbs.forEach(
                    token -> assertThat(token.get("logprob").asDouble()).isLessThanOrEqualTo(0));
            tokens += logProbs.size();
        }
        assertThat(answer.at("/usage/completion_tokens").asInt()).isEqualTo(tokens);
        // the same seed gives the same completions, another one others
        assertThat(texts(post("/v1/chat/completions", body))).isEqualTo(texts(response));
        assertThat(texts(post("/v1/chat/completions", body.replace("\"seed\":7", "\"seed\":8"))))
                .isNotEqualTo(texts(response));
    }

    private static List<String> texts(final HttpResponse<String> response) throws IOException {
        return Mappers.JSON.readTree(response.body()).findValuesAsText("content").stream()
                .filter(text -> !text.isEmpty())
                .toList();
    }

    @Test
    void shouldStreamWhatItWouldAnswerAtOnce() throws Exception {
        final ObjectNode body = question(dataUrl()).put("n", 2);
        final List<String> whole = texts(post("/v1/chat/completions", body.toString()));
        body.put("stream", true).putObject("stream_options").put("include_usage", true);
        final Map<Integer, StringBuilder> streamed = new TreeMap<>();
        final List<String> reasons = new ArrayList<>();
        int usage = 0;
        final List<String> events = post("/v1/chat/completions", body.toString())
                .body()
                .lines()
                .filter(line -> line.startsWith("data: "))
                .map(line -> line.substring(6))
                .toList();

        assertThat(events.get(events.size() - 1)).isEqualTo("[DONE]");
        for (final String event : events.subList(0, events.size() - 1)) {
            final JsonNode piece = Mappers.JSON.readTree(event);
            usage += piece.at("/usage/completion_tokens").asInt();
            for (final JsonNode choice : piece.get("choices")) {
                streamed.computeIfAbsent(choice.get("index").asInt(), i -> new StringBuilder())
                        .append(choice.at("/delta/content").asText());
                if (!choice.get("finish_reason").isNull()) {
                    reasons.add(choice.get("finish_reason").asText());
                }
            }
        }
        assertThat(streamed.values()).extracting(StringBuilder::toString).isEqualTo(whole);
        assertThat(events.size()).isGreaterThan(4);
        assertThat(reasons).hasSize(2);
        assertThat(usage).isPositive();
    }

    @Test
    void shouldJudgeAsTheCommandScoreDoes() throws Exception {
        final Path image = folder.resolve("pictures").resolve("a.png");
        try (Scorer scorer = new Scorer(RUN, 5)) {
            for (final String task : List.of("safety", "technical")) {
                final var expected = scorer.answer(new Question("1", task, "", List.of(image)));
                final HttpResponse<String> response = post(
                        "/v1/judge",
                        "{\"task\": \"" + task + "\", \"images\": [\"a.png\"], \"samples\": 5, \"id\": \"1\"}");

                assertThat(Mappers.JSON.readTree(response.body())).isEqualTo(Mappers.JSON.valueToTree(expected));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "400 | /v1/chat/completions | {                                                         | no JSON",
                "404 | /v1/chat/completions | {\"model\": \"gpt\"}                                      | no model 'gpt'",
                "400 | /v1/chat/completions | {\"messages\": [{\"role\": \"user\", \"content\": \"<image>\"}]}           | <image>",
                "400 | /v1/judge | {\"task\": \"elpv\", \"images\": [\"a.png\"]} | labels",
                "404 | /v1/nothing | {} | Not Found",
                "400 | /v1/judge            | {\"task\": \"nonsense\", \"images\": []}                  | nonsense",
                "400 | /v1/judge            | {\"task\": \"safety\", \"images\": []}                    | pictures",
                "400 | /v1/judge            | {\"task\": \"safety\", \"images\": [\"../secret.png\"]}   | below the folder",
                "400 | /v1/judge            | {\"task\": \"safety\", \"images\": [\"link.png\"]}        | below the folder",
                "400 | /v1/judge            | {\"task\": \"safety\", \"images\": [\"/etc/passwd\"]}     | below the folder",
                "400 | /v1/judge            | {\"task\": \"safety\", \"images\": [\"http://127.0.0.1/a\"]} | not fetched",
                "400 | /v1/judge            | {\"task\": \"safety\", \"images\": [\"data:image/png;base64,AAAA\"]} | image",
            })
    void shouldRefuseWithTheReason(final int status, final String path, final String body, final String reason)
            throws Exception {
        final HttpResponse<String> response = post(path, body);

        assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
        assertThat(Mappers.JSON.readTree(response.body()).at("/error/message").asText())
                .contains(reason);
    }

    @Test
    void shouldTakeWhatClientsSayByDefault() throws Exception {
        final ObjectNode body = question(dataUrl());
        body.put("frequency_penalty", 0).put("top_k", -1).putNull("stop").put("user", "me");
        body.putArray("tools");
        body.putObject("response_format").put("type", "text");
        body.withArray("messages").insertObject(0).put("role", "developer").put("content", "You judge pictures.");
        // a picture as text of more than Jackson's own limit of 20 MB
        final ObjectNode large = question(dataUrl() + " ".repeat(21 << 20));

        assertThat(post("/v1/chat/completions", body.toString()).statusCode()).isEqualTo(200);
        assertThat(post("/v1/chat/completions", large.toString()).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/v1/models", "/v1/models/judge-tiny", "/prometheus", "/prometheus/", "/v1//models"})
    void shouldAnswerNobodyWithoutTheToken(final String path) throws Exception {
        final HttpRequest guess = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                .header("Authorization", "Bearer guess")
                .build();

        assertThat(client.send(guess, BodyHandlers.ofString()).statusCode()).isEqualTo(401);
        assertThat(client.send(request(server, path, "{}", "guess"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void shouldSayWithoutATokenOnlyWhetherItWorks() throws Exception {
        final HttpRequest health = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/health"))
                .build();

        assertThat(client.send(health, BodyHandlers.ofString()).body()).isEqualTo("{\"status\":\"UP\"}");
    }

    @Test
    void shouldSayThatAnAnswerTookTooLongAndGoOn() throws Exception {
        try (JudgeServer hasty = server(1, Duration.ofMillis(1))) {
            for (int i = 0; i < 3; i++) {
                final HttpResponse<String> response = client.send(
                        request(
                                hasty,
                                "/v1/chat/completions",
                                question(dataUrl()).toString(),
                                TOKEN),
                        BodyHandlers.ofString());

                assertThat(response.statusCode()).as(response.body()).isEqualTo(504);
                assertThat(response.body()).contains("within");
            }
        }
    }

    @Test
    void shouldRefuseWhatIsTooMuchAndAnswerTheRestAlsoWhenItStops() {
        final List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
        try (JudgeServer small = server(3, Duration.ofMinutes(1))) {
            final String body =
                    question(dataUrl()).put("n", 4).put("temperature", 0.5).toString();
            IntStream.range(0, 24)
                    .forEach(i -> answers.add(client.sendAsync(
                            request(small, "/v1/chat/completions", body, TOKEN), BodyHandlers.ofString())));
            answers.forEach(CompletableFuture::join);
            final var last =
                    client.sendAsync(request(small, "/v1/chat/completions", body, TOKEN), BodyHandlers.ofString());
            answers.add(last);
            CompletableFuture.anyOf(last, new CompletableFuture<>().completeOnTimeout("", 300, TimeUnit.MILLISECONDS))
                    .join();
        }

        assertThat(answers)
                .extracting(a -> a.join().statusCode())
                .containsOnly(200, 429)
                .contains(200, 429);
        assertThat(answers.get(24).join().statusCode()).isEqualTo(200);
        assertThat(answers)
                .filteredOn(a -> a.join().statusCode() == 429)
                .allMatch(a -> a.join().headers().firstValue("Retry-After").isPresent());
    }
}

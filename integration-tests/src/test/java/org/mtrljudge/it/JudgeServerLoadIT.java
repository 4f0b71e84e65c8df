package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.run.RunSettings;
import org.mtrljudge.standalone.serve.JudgeServer;
import org.mtrljudge.standalone.serve.ServeSettings;

/** What the documentation says of a judge that many ask, or ask wrongly. */
@Timeout(120)
class JudgeServerLoadIT {
    private static JudgeServer server;

    private final HttpClient client = HttpClient.newHttpClient();

    @BeforeAll
    static void start() {
        server = new JudgeServer(
                RunSettings.read(null, List.of("data.max_response_length=200")),
                new ServeSettings("judge-tiny", "127.0.0.1", 0, null, null, 40, Duration.ofMinutes(1)));
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static ObjectNode question(final int number) {
        final ObjectNode request = Mappers.JSON
                .createObjectNode()
                .put("temperature", number % 3 * 0.5)
                .put("max_tokens", 10 + number)
                .put("seed", number);
        request.putArray("messages").addObject().put("role", "user").put("content", "Is number " + number + " safe?");
        return request;
    }

    private static HttpRequest request(final String body, final String type) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + "/v1/chat/completions"))
                .header("Content-Type", type)
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
    }

    private CompletableFuture<HttpResponse<String>> ask(final int number) {
        return client.sendAsync(request(question(number).toString(), "application/json"), BodyHandlers.ofString());
    }

    private static String text(final HttpResponse<String> response) {
        try {
            assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
            return Mappers.JSON
                    .readTree(response.body())
                    .at("/choices/0/message/content")
                    .asText();
        } catch (final IOException e) {
            throw new AssertionError(response.body(), e);
        }
    }

    @Test
    void shouldAnswerTogetherWhatItAnswersAlone() {
        final List<String> alone =
                IntStream.range(0, 30).mapToObj(i -> text(ask(i).join())).toList();
        final List<CompletableFuture<HttpResponse<String>>> together =
                IntStream.range(0, 30).mapToObj(this::ask).toList();

        assertThat(together).extracting(answer -> text(answer.join())).isEqualTo(alone);
    }

    @Test
    void shouldStopWorkingOnAStreamThatNobodyReads() throws Exception {
        final ObjectNode endless =
                question(1).put("n", 128).put("max_tokens", 200).put("stream", true);
        for (int i = 0; i < 3; i++) {
            final HttpResponse<InputStream> stream =
                    client.send(request(endless.toString(), "application/json"), BodyHandlers.ofInputStream());
            assertThat(stream.statusCode()).isEqualTo(200);
            stream.body().close();
        }

        // all places are free again at last
        while (!prometheus().contains("judge_serve_open_requests 0.0")) {
            Thread.sleep(50);
        }
        assertThat(ask(2).join().statusCode()).isEqualTo(200);
    }

    private String prometheus() throws Exception {
        final HttpRequest metrics = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/prometheus"))
                .build();
        return client.send(metrics, BodyHandlers.ofString()).body();
    }

    @Test
    void shouldRefuseBodiesThatAreTooLargeOrNoJson() throws Exception {
        final String large = question(1).put("user", " ".repeat(33 << 20)).toString();

        assertThat(client.send(request(large, "application/json"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(413);
        assertThat(client.send(request(question(1).toString(), "text/plain"), BodyHandlers.ofString())
                        .statusCode())
                .isEqualTo(415);
        assertThat(ask(1).join().statusCode()).isEqualTo(200);
    }

    @Test
    void shouldRefuseAPromptThatIsLongerThanItsMemoryIsFor() throws Exception {
        final ObjectNode body = Mappers.JSON.createObjectNode();
        body.putArray("messages").addObject().put("role", "user").put("content", "safe ".repeat(300_000));
        final HttpResponse<String> response =
                client.send(request(body.toString(), "application/json"), BodyHandlers.ofString());

        assertThat(response.statusCode()).isEqualTo(400);
        assertThat(response.body()).contains("rollout.max_batched_tokens");
    }
}

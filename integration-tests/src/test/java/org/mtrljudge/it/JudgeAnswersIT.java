package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.mtrljudge.reward.replay.KeptLog;
import org.mtrljudge.schemas.CompletionScore;
import org.mtrljudge.schemas.ScoredGroup;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** What a judge over HTTP said is kept: it can be read anew without asking, and its own variance can be measured. */
@Timeout(300)
class JudgeAnswersIT {
    private static final int GROUPS = 20;

    @TempDir
    private Path folder;

    private final AtomicInteger calls = new AtomicInteger();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private HttpServer server;

    /** The n-th call is answered with a score of 1 to 5 in turn. */
    @BeforeEach
    void start() throws IOException {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", exchange -> {
            exchange.getRequestBody().readAllBytes();
            final int score = 1 + calls.getAndIncrement() % 5;
            final byte[] body = ("{\"choices\": [{\"message\": {\"content\": \"First half " + (score / 2.0)
                            + ". Score: " + score + "\"}}]}")
                    .getBytes();
            exchange.sendResponseHeaders(200, body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
        threads.shutdownNow();
    }

    private void importRun() throws IOException {
        final StringBuilder lines = new StringBuilder();
        for (int i = 0; i < 2 * GROUPS; i++) {
            lines.append(
                    "{\"input\": \"q" + i / 2 + "\", \"output\": \"<answer>4</answer>\", \"gts\": 4, \"score\": 0}\n");
        }
        Files.writeString(folder.resolve("dump.jsonl"), lines);
        assertThat(Judge.execute(
                        "import", "rollouts", folder + "/dump.jsonl", "--run=old", "--runs=" + folder, "--task=math"))
                .isZero();
    }

    private int replay(final String pattern, final String... options) {
        final List<String> command = new ArrayList<>(List.of("replay", "--run=old", "--runs=" + folder));
        command.addAll(List.of(options));
        command.add("--set=reward.servers=[{url: 'http://127.0.0.1:"
                + server.getAddress().getPort()
                + "/', style: openai_judge, model: m, timeout_ms: 20000, judge: {min: 0, pattern: '" + pattern
                + "'}}]");
        return Judge.execute(command.toArray(String[]::new));
    }

    /** The scores of a replay, by prompt. */
    private Map<String, List<CompletionScore>> scores(final String name) {
        final Topics topics = new Topics("old", new LocalSchemaRegistry());
        final Map<String, List<CompletionScore>> scores = new TreeMap<>();
        try (EmbeddedBroker broker = EmbeddedBroker.startOrJoin(folder.resolve("old/kafka"));
                var scan = broker.clients(topics).scan(topics.scored(name))) {
            scan.rest()
                    .forEach(entry -> scores.put(
                            entry.value().getRollout().getPrompt().getPromptId(),
                            entry.value().getScores()));
        }
        return scores;
    }

    private JsonNode report(final String name) throws IOException {
        return Mappers.JSON.readTree(folder.resolve("old/replays")
                .resolve(name)
                .resolve("report.json")
                .toFile());
    }

    @Test
    void shouldReadAnewWhatTheJudgeSaidWithoutAskingIt() throws Exception {
        importRun();
        assertThat(replay("score: ([0-9]+)", "--as=asked")).isZero();
        assertThat(calls).hasValue(2 * GROUPS);
        server.stop(0);
        assertThat(replay("score: ([0-9]+)", "--as=same", "--kept-answers=asked"))
                .isZero();
        assertThat(scores("same")).hasSize(GROUPS).isEqualTo(scores("asked"));
        assertThat(report("asked").path("measurements").toString()).isEqualTo("[\"openai_judge\"]");
        assertThat(report("same").path("measurements").toString())
                .as("a function of the log")
                .isEqualTo("[]");
        // another reading of the same words
        assertThat(replay("half ([0-9.]+[0-9])", "--as=half", "--kept-answers=asked"))
                .isZero();
        scores("half")
                .forEach((prompt, halves) -> assertThat(halves.get(1).getTotal())
                        .isEqualTo(scores("asked").get(prompt).get(1).getTotal() / 2));
        for (final String none : List.of("nosuch", "dry-run", "../replays/asked", "new")) {
            assertThat(replay("score: ([0-9]+)", "--as=new", "--kept-answers=" + none))
                    .as(none)
                    .isEqualTo(2);
        }
        assertThat(folder.resolve("old/replays/new"))
                .as("what was refused left nothing")
                .doesNotExist();
        // the run itself was scored without a judge: nothing becomes a number
        assertThat(replay("score: ([0-9]+)", "--as=none", "--kept-answers")).isZero();
        assertThat(scores("none")).isEmpty();
        assertThat(report("none").at("/failed_scores/no_score").asInt()).isEqualTo(GROUPS);
    }

    @Test
    void shouldMeasureTheVarianceOfTheJudge() throws Exception {
        importRun();
        assertThat(replay("score: ([0-9]+)", "--as=five", "--rescore-samples=5"))
                .isZero();
        assertThat(calls).hasValue(2 * GROUPS * 5);
        final JsonNode spread = report("five").at("/repeated_answers/math/score");
        assertThat(report("five").path("samples").asInt()).isEqualTo(5);
        // 1 to 5 in turn: the mean of all is 3, and their variance about 2
        assertThat(spread.path("mean").asDouble()).isCloseTo(3.0, within(1e-9));
        assertThat(spread.path("sd_of_one_answer").asDouble()).isBetween(1.0, 1.7);
        assertThat(report("five")
                        .at("/repeated_answers/math/accuracy/sd_of_one_answer")
                        .asDouble())
                .isZero();
        scores("five")
                .values()
                .forEach(scores -> assertThat(scores)
                        .allSatisfy(score -> assertThat(score.getSaid()).hasSize(5)));
        assertThat(replay("score: ([0-9]+)", "--dry-run", "--rescore-samples=2", "--kept-answers"))
                .isEqualTo(2);
    }

    @Test
    void shouldFindKeptAnswersInAnyOrderAndHoldFew() throws Exception {
        final Topics topics = new Topics("large", new LocalSchemaRegistry());
        final String words = "w".repeat(100_000);
        final int groups = 450;
        try (TestBroker broker = TestBroker.start(folder)) {
            broker.prepare(topics);
            try (Producer<String, byte[]> producer = broker.clients(topics).producer()) {
                for (int i = 0; i < groups; i++) {
                    final List<CompletionScore> scores = List.of(
                            new CompletionScore(Map.of("score", 1.0), 1.0, 0.0, null, null, List.of(i + " " + words)));
                    final ScoredGroup scored = new ScoredGroup(
                            RolloutGroups.group("p" + i, "a", 1, "one"), "test", 1, scores, true, 0.0, null, 0);
                    producer.send(topics.scored().message("p" + i, scored));
                }
            }
            // 45 million characters are more than it holds
            try (KeptLog kept = new KeptLog(broker.clients(topics), topics.scored())) {
                for (int i = 0; i < groups; i++) {
                    assertThat(kept.of("p" + i).get(0).get(0)).startsWith(i + " ");
                }
                for (int i = 0; i < groups; i += 90) {
                    assertThat(kept.of("p" + i).get(0).get(0)).startsWith(i + " ");
                }
                assertThat(kept.of("another")).isEmpty();
            }
        }
    }
}

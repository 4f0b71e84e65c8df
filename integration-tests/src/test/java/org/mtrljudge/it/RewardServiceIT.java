package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mtrljudge.it.RewardRun.PATIENCE;
import static org.mtrljudge.it.RolloutGroups.RIGHT;
import static org.mtrljudge.it.RolloutGroups.WRONG;
import static org.mtrljudge.it.RolloutGroups.group;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.reward.StatisticsServer;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.stream.RewardService;

/** The guarantees of the reward service with a real broker: it is killed, and the broker is restarted. */
@Timeout(400)
class RewardServiceIT {
    private static final int GROUPS = 20_000;
    private static final int KILLS = 10;

    @TempDir
    private Path folder;

    private RewardRun run;

    @BeforeEach
    void start() throws IOException {
        run = new RewardRun(folder);
    }

    @AfterEach
    void stop() {
        run.close();
    }

    @Test
    void shouldScoreEveryGroupOnceThoughItIsKilledTenTimesAndItsBrokerRestarted() throws Exception {
        try (Producer<String, byte[]> producer = run.producer()) {
            for (int i = 0; i < GROUPS; i++) {
                producer.send(run.topics().rollouts().message("p" + i, group("p" + i, "good", 0, RIGHT, WRONG)));
            }
        }
        final String bootstrap = run.address();
        Process service = RewardProcess.start(run.topics().run(), bootstrap, run.state());
        final List<String> ids = new ArrayList<>();
        int kills = 0;
        final long deadline = System.nanoTime() + PATIENCE.toNanos();
        try (Consumer<String, byte[]> scored = run.reader(run.topics().scored().name())) {
            while (ids.size() < GROUPS && System.nanoTime() < deadline) {
                scored.poll(Duration.ofMillis(10)).forEach(record -> ids.add(run.promptId(record)));
                if (kills < KILLS && ids.size() > kills * GROUPS / (KILLS + 1)) {
                    service.destroyForcibly().waitFor();
                    kills++;
                    if (kills == KILLS / 2) {
                        run.restartBroker();
                    }
                    service = RewardProcess.start(run.topics().run(), bootstrap, run.state());
                }
            }
            // A group that is scored twice would come late.
            Thread.sleep(1000);
            scored.poll(Duration.ofMillis(500)).forEach(record -> ids.add(run.promptId(record)));
        } finally {
            service.destroyForcibly().waitFor();
        }
        assertThat(kills).isEqualTo(KILLS);
        assertThat(ids).hasSize(GROUPS);
        assertThat(new HashSet<>(ids)).hasSize(GROUPS);
    }

    @Test
    void shouldServeStatisticsAndMetrics() throws Exception {
        final AtomicReference<Throwable> failure = new AtomicReference<>();
        try (StatisticsServer server = new StatisticsServer(0);
                Producer<String, byte[]> producer = run.producer();
                RewardService service = run.service(RewardSet.accuracyAndFormat(0.1), server.meters(), failure);
                Consumer<String, byte[]> scored =
                        run.reader(run.topics().scored().name())) {
            assertThat(get(server, "/health").statusCode()).isEqualTo(503);
            assertThat(get(server, "/statistics").statusCode()).isEqualTo(503);
            server.show(service);
            assertThat(get(server, "/health").statusCode()).isEqualTo(503);
            service.start();
            producer.send(run.topics().rollouts().message("a", group("a", "good", 0, RIGHT, WRONG)));
            producer.send(run.topics().rollouts().message("b", group("b", "good", 0, WRONG, WRONG)));
            int seen = 0;
            final long deadline = System.nanoTime() + PATIENCE.toNanos();
            while (seen < 2 && System.nanoTime() < deadline) {
                seen += scored.poll(Duration.ofMillis(100)).count();
            }
            assertThat(get(server, "/health").statusCode()).isEqualTo(200);
            assertThat(get(server, "/nothing").statusCode()).isEqualTo(404);
            assertThat(get(server, "/prometheus").body())
                    .contains("judge_reward_groups_total{task=\"good\"} 2.0", "judge_rewards_count{task=\"good\"} 4");
            int groups = 0;
            double accuracy = 0;
            for (final JsonNode window : new ObjectMapper()
                    .readTree(get(server, "/statistics").body())
                    .get("windows")) {
                assertThat(window.get("task").asText()).isEqualTo("good");
                groups += window.get("groups").asInt();
                accuracy += window.get("reward/accuracy").asDouble()
                        * window.get("completions").asInt();
            }
            // The groups are in one window, or in two windows if a minute ended between them.
            assertThat(groups).isEqualTo(2);
            assertThat(accuracy).isEqualTo(1);
        }
    }

    private static HttpResponse<String> get(final StatisticsServer server, final String path) throws Exception {
        return HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + server.port() + path))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
    }
}

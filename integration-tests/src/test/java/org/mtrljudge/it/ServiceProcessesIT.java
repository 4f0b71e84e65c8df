package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.actor.ActorApplication;
import org.mtrljudge.learner.LearnerApplication;
import org.mtrljudge.reward.RewardApplication;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Topics;

/** The three services in separate processes: a run up to its summary, health answers that are true, and stops without loss. */
class ServiceProcessesIT {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration START = Duration.ofSeconds(60);
    private static final Duration END = Duration.ofSeconds(90);
    private static final int STEPS = 8;
    private static final int BATCH = 6;

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("spread", new LocalSchemaRegistry());
    private TestBroker broker;

    @BeforeEach
    void start() {
        broker = TestBroker.start(folder);
    }

    @AfterEach
    void end() throws Exception {
        broker.close();
    }

    private Map<String, String> environment() throws IOException {
        final Path config = Files.writeString(
                folder.resolve("mine.yaml"),
                "rollout: {n: 4, max_prompts: 4}\n"
                        + "data: {train_size: 50, test_size: 1, rollout_batch_size: " + BATCH + "}\n"
                        + "actor: {global_batch_size: " + BATCH + "}\n"
                        + "sft: {steps: 0}\n"
                        + "trainer: {val_freq: 0, save_freq: 1}\n");
        final Map<String, String> environment = new HashMap<>();
        environment.put("JUDGE_RUN", "spread");
        environment.put("JUDGE_RUNS", folder.toString());
        environment.put("JUDGE_CONFIG", config.toString());
        environment.put("JUDGE__TRAINER__TOTAL_STEPS", String.valueOf(STEPS));
        environment.put("JUDGE__KAFKA__BOOTSTRAP_SERVERS", broker.address());
        return environment;
    }

    private ServiceChild child(final Class<?> main, final String id) throws IOException {
        final Map<String, String> environment = environment();
        environment.put("JUDGE_ID", id);
        return ServiceChild.start(main, environment, folder.resolve(id + ".log"));
    }

    @Test
    @Timeout(240)
    void shouldTrainDespiteStopsAndLeaveTheResultsInTheFolderOfTheRun() throws Exception {
        try (ServiceChild actor = child(ActorApplication.class, "actor-0");
                ServiceChild reward = child(RewardApplication.class, "reward-0")) {
            actor.await("liveness", START, () -> is(200, actor, "/health/liveness"));
            assertThat(actor.isReady())
                    .as("there is no policy that it could use")
                    .isFalse();
            assertThat(reward.isReady()).as("there are no topics").isFalse();
            try (ServiceChild learner = child(LearnerApplication.class, "learner-0")) {
                learner.await("three steps", START, () -> shows(learner, "current_param_version\"} 3.0"));
                assertThat(actor.isReady()).isTrue();
                assertThat(reward.isReady()).isTrue();
                assertThat(reward.get("/statistics").body()).contains("\"reward/accuracy\"");
                assertThat(actor.get("/prometheus").body())
                        .contains("judge_actor_tokens_total{task=\"safety\"}", "judge_actor_policy_version ");
                assertThat(reward.get("/prometheus").body()).contains("judge_reward_groups_total{task=\"safety\"}");
                learner.stop();
                assertThat(learner.join(END)).as("SIGTERM: %s", learner.log()).isEqualTo(143);
                assertThat(learner.log()).contains("it continues from its newest checkpoint");
            }
            actor.stop();
            assertThat(actor.join(END)).isEqualTo(143);
            assertThat(actor.log()).contains("\"actor is stopped\"");
            try (ServiceChild second = child(ActorApplication.class, "actor-1");
                    ServiceChild learner = child(LearnerApplication.class, "learner-0")) {
                assertThat(learner.join(END)).as("resumed: %s", learner.log()).isZero();
                assertThat(second.isAlive()).isTrue();
            }
            reward.stop();
            assertThat(reward.join(END)).isEqualTo(143);
        }
        checkResults();
    }

    private void checkResults() throws IOException {
        final Path run = folder.resolve("spread");
        final JsonNode summary = JSON.readTree(run.resolve("summary.json").toFile());
        assertThat(summary.get("steps").asInt()).isEqualTo(STEPS);
        final JsonNode groups = summary.get("groups");
        assertThat(groups.get("learned").asInt()).isEqualTo(STEPS * BATCH);
        assertThat(groups.get("published").asInt())
                .isEqualTo(groups.get("learned").asInt()
                        + groups.get("stale").asInt()
                        + groups.get("dead").asInt());
        assertThat(LoggedValues.<DeadLetter>read(broker, topics.deadLetters())).isEmpty();
        assertThat(run.resolve("settings.yaml")).content().contains("total_steps: 8");
        assertThat(run.resolve("metrics.jsonl")).content().hasLineCount(STEPS);
        for (final String line : Files.readAllLines(folder.resolve("actor-0.log"))) {
            final JsonNode logged = JSON.readTree(line);
            assertThat(logged.get("level").asText()).isEqualTo("INFO");
            if (logged.get("message").asText().contains("took policy version")) {
                assertThat(logged.get("run").asText()).isEqualTo("spread");
                assertThat(logged.get("id").asText()).isEqualTo("actor-0");
                assertThat(logged.get("message").asText())
                        .endsWith(logged.get("policyVersion").asText());
            }
        }
    }

    private static boolean is(final int status, final ServiceChild child, final String path) {
        try {
            return child.status(path) == status;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    private static boolean shows(final ServiceChild child, final String metric) {
        try {
            return child.get("/prometheus").body().contains(metric);
        } catch (final IOException e) {
            return false;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Test
    @Timeout(60)
    void shouldNameTheErrorAndEndWithExitCodeTwo() throws Exception {
        final Map<String, String> unknown = environment();
        unknown.put("JUDGE__ROLLOUT__NN", "4");
        try (ServiceChild child = ServiceChild.start(ActorApplication.class, unknown, folder.resolve("unknown.log"))) {
            assertThat(child.join(START)).isEqualTo(2);
            assertThat(child.log()).startsWith("actor: unknown setting 'rollout.nn'; allowed here: actors");
        }
        final Map<String, String> wrong = environment();
        wrong.put("JUDGE__ROLLOUT__N", "1");
        try (ServiceChild child = ServiceChild.start(LearnerApplication.class, wrong, folder.resolve("wrong.log"))) {
            assertThat(child.join(START)).isEqualTo(2);
            assertThat(child.log()).contains("learner: wrong setting: rollout.n is 1, allowed is 2 to 1024");
        }
        final Map<String, String> nowhere = environment();
        nowhere.remove("JUDGE__KAFKA__BOOTSTRAP_SERVERS");
        try (ServiceChild child = ServiceChild.start(RewardApplication.class, nowhere, folder.resolve("nowhere.log"))) {
            assertThat(child.join(START)).isEqualTo(2);
            assertThat(child.log())
                    .startsWith("reward: the address of Kafka is not set: set JUDGE__KAFKA__BOOTSTRAP_SERVERS");
        }
    }
}

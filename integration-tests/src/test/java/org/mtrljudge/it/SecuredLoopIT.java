package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.actor.ActorApplication;
import org.mtrljudge.learner.LearnerApplication;
import org.mtrljudge.reward.RewardApplication;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topics;

/**
 * The loop over SASL_SSL. Each service has the rights in k8s/base/users.yaml and the environment in k8s/base/environment.env. These
 * rights are enough for training, and allow nothing more.
 */
class SecuredLoopIT {
    private static final Path K8S = Path.of("..", "k8s", "base");
    private static final Duration PATIENCE = Duration.ofSeconds(120);

    @TempDir
    private Path folder;

    private final Topics topics = new Topics("quickstart", new LocalSchemaRegistry());
    private SecuredBroker broker;

    @BeforeEach
    void start() throws Exception {
        broker = SecuredBroker.start(folder);
        assertThat(broker.createUsers(K8S.resolve("users.yaml"))).containsExactly("actor", "reward", "learner");
        // In Kubernetes the topic operator creates the topics.
        broker.open().create(topics.all());
    }

    @AfterEach
    void end() throws Exception {
        broker.close();
    }

    private Map<String, String> environment(final String user, final String password) throws IOException {
        final Properties manifest = new Properties();
        manifest.load(new StringReader(Files.readString(K8S.resolve("environment.env"))));
        final Map<String, String> environment = new HashMap<>();
        manifest.stringPropertyNames().forEach(name -> environment.put(name, manifest.getProperty(name)));
        environment.remove("JUDGE__BROKER__SCHEMA_REGISTRY_URL");
        environment.put("JUDGE_ID", user + "-0");
        environment.put("JUDGE_RUNS", folder.toString());
        environment.put("JUDGE_CONFIG", folder.resolve("settings.yaml").toString());
        environment.put("JUDGE__KAFKA__BOOTSTRAP_SERVERS", broker.address());
        environment.put(
                "JUDGE__KAFKA__SSL_TRUSTSTORE_LOCATION", broker.certificate().toString());
        environment.put(
                "JUDGE__KAFKA__SASL_JAAS_CONFIG__FROM_FILE",
                broker.jaas(user, password).toString());
        Files.writeString(
                folder.resolve("settings.yaml"),
                "rollout: {n: 4}\ndata: {train_size: 50, test_size: 1, rollout_batch_size: 6}\n"
                        + "actor: {global_batch_size: 6}\nsft: {steps: 0}\ntrainer: {val_freq: 0, total_steps: 4}\n");
        return environment;
    }

    private ServiceChild child(final Class<?> main, final String user) throws IOException {
        return ServiceChild.start(main, environment(user, SecuredBroker.password(user)), folder.resolve(user + ".log"));
    }

    @Test
    @Timeout(240)
    void shouldTrainWithTheRightsOfTheManifestsAndLogNoSecrets() throws Exception {
        try (ServiceChild actor = child(ActorApplication.class, "actor");
                ServiceChild reward = child(RewardApplication.class, "reward");
                ServiceChild learner = child(LearnerApplication.class, "learner")) {
            assertThat(learner.join(PATIENCE))
                    .as(learner.log() + actor.log() + reward.log())
                    .isZero();
            assertThat(actor.log() + reward.log() + learner.log()).doesNotContain("secret-of-");
        }
        final Path run = folder.resolve("quickstart");
        assertThat(new ObjectMapper()
                        .readTree(run.resolve("summary.json").toFile())
                        .at("/groups/learned")
                        .asInt())
                .isEqualTo(24);
        assertThat(Files.readString(run.resolve("settings.yaml")))
                .contains("SASL_SSL")
                .doesNotContain("secret-of-");
    }

    @Test
    void shouldForbidServicesToWriteTheTopicsOfOthers() throws Exception {
        final Map<String, List<String>> forbidden = Map.of(
                "actor", List.of("quickstart.scored", "quickstart.weights", "quickstart.prompts", "quickstart.journal"),
                "reward", List.of("quickstart.weights", "quickstart.rollouts", "quickstart.journal"),
                "learner", List.of("quickstart.scored", "quickstart.rollouts"));
        for (final Map.Entry<String, List<String>> user : forbidden.entrySet()) {
            final Map<String, Object> kafka = Map.of(
                    "bootstrap.servers",
                    broker.address(),
                    "security.protocol",
                    "SASL_SSL",
                    "sasl.mechanism",
                    "SCRAM-SHA-512",
                    "ssl.truststore.type",
                    "PEM",
                    "ssl.truststore.location",
                    broker.certificate().toString(),
                    "sasl.jaas.config",
                    Files.readString(broker.jaas(user.getKey(), SecuredBroker.password(user.getKey()))));
            try (Producer<String, byte[]> producer = new KafkaClients(topics, kafka).producer()) {
                for (final String topic : user.getValue()) {
                    assertThatThrownBy(() -> producer.send(new ProducerRecord<>(topic, "k", new byte[1]))
                                    .get())
                            .as("%s may not write %s", user.getKey(), topic)
                            .isInstanceOf(ExecutionException.class)
                            .hasCauseInstanceOf(TopicAuthorizationException.class);
                }
            }
        }
    }

    @Test
    @Timeout(60)
    void shouldReportWrongCredentialsAndEnd() throws Exception {
        try (ServiceChild actor = ServiceChild.start(
                ActorApplication.class, environment("actor", "mistyped"), folder.resolve("wrong.log"))) {
            assertThat(actor.join(PATIENCE)).isEqualTo(2);
            assertThat(actor.log())
                    .contains("the broker at " + broker.address() + " refuses these credentials (kafka: SASL_SSL)")
                    .doesNotContain("mistyped");
        }
    }
}

package org.mtrljudge.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;

/** These tests need no broker, because a client connects when it is first used. */
class KafkaClientsTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry());
    private final Map<String, Object> settings = new HashMap<>(Map.of(
            "bootstrap.servers", "127.0.0.1:1",
            "metric.reporters", ClientConfigs.class.getName(),
            "sasl.jaas.config", "password=secret"));
    private final KafkaClients clients = new KafkaClients(topics, settings);

    @BeforeEach
    void forget() {
        ClientConfigs.forget();
    }

    private static Map<String, Object> config() {
        assertThat(ClientConfigs.all()).hasSize(1);
        return ClientConfigs.all().get(0);
    }

    @Test
    void shouldWriteEveryRecordOnceAndToAllReplicas() {
        clients.producer().close(Duration.ZERO);
        assertThat(config())
                .containsEntry("enable.idempotence", true)
                .containsEntry("acks", "all")
                .containsEntry("max.request.size", 16_777_216);
    }

    @Test
    void shouldWriteTransactionsInLargeBatches() {
        clients.transactional("run.learner", Duration.ofMinutes(1)).close(Duration.ZERO);
        assertThat(config())
                .containsEntry("transactional.id", "run.learner")
                .containsEntry("max.request.size", 16_777_216)
                .containsEntry("batch.size", 1_048_576);
    }

    @Test
    void shouldReadCommittedRecordsWhateverTheUserSays() {
        settings.put("isolation.level", "read_uncommitted");
        new KafkaClients(topics, settings)
                .consumer(KafkaClients.Fetching.BY_DEFAULT)
                .close();
        assertThat(config())
                .containsEntry("isolation.level", "read_committed")
                .containsEntry("enable.auto.commit", false)
                .containsEntry("auto.offset.reset", "earliest")
                .doesNotContainKeys("group.id", "max.partition.fetch.bytes", "fetch.max.wait.ms");
    }

    @Test
    void shouldSeeOpenTransactionsWhereTheEndOfATopicIsNeeded() {
        settings.put("isolation.level", "read_committed");
        new KafkaClients(topics, settings).uncommitted().close();
        assertThat(config()).containsEntry("isolation.level", "read_uncommitted");
    }

    @Test
    void shouldFetchWeightsInLargeRequestsAndScoresWithoutDelay() {
        clients.consumer(KafkaClients.Fetching.LARGE).close();
        clients.consumer(KafkaClients.Fetching.SOON).close();
        assertThat(ClientConfigs.all().get(0)).containsEntry("max.partition.fetch.bytes", 16_777_216);
        assertThat(ClientConfigs.all().get(1)).containsEntry("fetch.max.wait.ms", 20);
    }

    @Test
    void shouldTakePromptsInTheShareGroupOfTheRun() {
        clients.shareConsumer(4).close(Duration.ZERO);
        assertThat(config())
                .containsEntry("group.id", "run.actors")
                .containsEntry("share.acknowledgement.mode", "explicit")
                .containsEntry("share.acquire.mode", "record_limit")
                .containsEntry("max.poll.records", 4);
    }

    @Test
    void shouldLimitTheTimeOfRequests() {
        clients.admin(Duration.ofSeconds(5)).close(Duration.ZERO);
        assertThat(config()).containsEntry("request.timeout.ms", 5000).containsEntry("default.api.timeout.ms", 5000);
    }

    @Test
    void shouldKeepSecretsOutOfItsText() {
        assertThat(clients).asString().contains("run", "sasl.jaas.config").doesNotContain("secret");
    }
}

package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.Config;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.TopicAdmin;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.UsageException;

/** What a real broker makes of the replication of a run. */
class ReplicationIT {
    @TempDir
    private Path folder;

    @Test
    void shouldCreateTopicsAsTheSettingsSayAndNameThoseThatAreKeptOnce() throws Exception {
        final Topics topics = new Topics("copies", new LocalSchemaRegistry(), new Replication((short) 1, 1), 1);
        final Topics tooMany = new Topics("many", new LocalSchemaRegistry(), new Replication((short) 3, 2), 1);
        try (TestBroker broker = TestBroker.start(folder);
                Admin admin = broker.clients(topics).admin()) {
            topics.prepare(admin);
            final ConfigResource journal = new ConfigResource(
                    ConfigResource.Type.TOPIC, topics.journal().name());
            final Config config =
                    admin.describeConfigs(List.of(journal)).all().get().get(journal);
            assertThat(config.get(Replication.MIN_IN_SYNC).value()).isEqualTo("1");
            assertThat(config.get(Replication.MIN_IN_SYNC).source())
                    .isEqualTo(ConfigEntry.ConfigSource.DYNAMIC_TOPIC_CONFIG);
            assertThat(topics.keptOnce(admin))
                    .containsExactlyInAnyOrderElementsOf(
                            topics.all().stream().map(Topic::name).toList());
            assertThatThrownBy(() -> tooMany.prepare(admin)).isInstanceOf(InvalidReplicationFactorException.class);
        }
    }

    @Test
    void shouldKeepThePartitionsOfARunWhateverTheSettingsSayLater() throws Exception {
        final Topics before = new Topics("kept", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, 2);
        final Topics later = new Topics("kept", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, 5);
        try (TestBroker broker = TestBroker.start(folder);
                Admin admin = broker.clients(before).admin()) {
            before.prepare(admin);
            later.prepare(admin);
            final Map<String, Integer> partitions = new HashMap<>();
            admin.describeTopics(later.all().stream().map(Topic::name).toList())
                    .allTopicNames()
                    .get()
                    .forEach((name, topic) ->
                            partitions.put(name, topic.partitions().size()));
            assertThat(partitions)
                    .containsEntry("kept.rollouts", 2)
                    .containsEntry("kept.dead-letters", 2)
                    .containsEntry("kept.journal", 1);
            TopicAdmin.requireEqualPartitions(List.of(later.rollouts(), later.deadLetters()), admin);
            assertThatThrownBy(
                            () -> TopicAdmin.requireEqualPartitions(List.of(later.rollouts(), later.prompts()), admin))
                    .isInstanceOf(UsageException.class)
                    .hasMessageContaining("{kept.prompts=1, kept.rollouts=2}");
        }
    }
}

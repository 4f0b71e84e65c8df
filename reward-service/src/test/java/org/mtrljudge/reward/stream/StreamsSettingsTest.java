package org.mtrljudge.reward.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topics;

class StreamsSettingsTest {
    private static Properties with(final Replication replication) {
        final Topics topics = new Topics("run", new LocalSchemaRegistry(), replication, 1);
        return StreamsSettings.exactlyOnce(
                ScoringJob.live(topics, null),
                PairsTest.orders(2),
                new KafkaClients(topics, Map.of("replication.factor", 2)),
                Path.of("state"),
                50);
    }

    @Test
    void shouldKeepItsStateAsSafelyAsTheTopicsOfTheRun() {
        assertThat(with(new Replication((short) 3, 2)))
                .containsEntry("replication.factor", 3)
                .containsEntry("topic.min.insync.replicas", "2");
        assertThat(with(Replication.BROKERS_DEFAULT))
                .containsEntry("replication.factor", 2)
                .doesNotContainKey("topic.min.insync.replicas");
    }
}

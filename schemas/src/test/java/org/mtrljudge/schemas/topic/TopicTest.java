package org.mtrljudge.schemas.topic;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.apache.kafka.clients.producer.MockProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Cluster;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;

class TopicTest {
    private final Topics topics = new Topics("run", new LocalSchemaRegistry(), Replication.BROKERS_DEFAULT, 5);

    private MockProducer<String, byte[]> producer(final int partitions) {
        final List<PartitionInfo> infos = IntStream.range(0, partitions)
                .mapToObj(i -> new PartitionInfo(topics.rollouts().name(), i, null, null, null))
                .toList();
        return new MockProducer<>(
                new Cluster("id", List.of(), infos, Set.of(), Set.of()),
                true,
                null,
                new StringSerializer(),
                new ByteArraySerializer());
    }

    @Test
    void shouldPutBothOrdersOfAPairIntoThePartitionThatKafkaWouldChooseForThePair() {
        final Set<Integer> used = new HashSet<>();
        try (MockProducer<String, byte[]> producer = producer(5)) {
            for (int pair = 0; pair < 50; pair++) {
                final String pairId = "pair-" + pair;
                for (final String key : List.of(pairId + "-1", pairId + "-2")) {
                    final ProducerRecord<String, byte[]> record = topics.rollouts()
                            .inPair(new ProducerRecord<>(topics.rollouts().name(), key, new byte[0]), pairId, producer);
                    assertThat(record.key()).isEqualTo(key);
                    assertThat(record.partition())
                            .isEqualTo(BuiltInPartitioner.partitionForKey(pairId.getBytes(StandardCharsets.UTF_8), 5));
                    used.add(record.partition());
                }
            }
        }
        assertThat(used).hasSize(5);
    }

    @Test
    void shouldLeaveThePartitionToTheKeyWhereThereIsNoPair() {
        try (MockProducer<String, byte[]> producer = producer(5)) {
            final var record = new ProducerRecord<>(topics.rollouts().name(), "p", new byte[0]);
            assertThat(topics.rollouts().inPair(record, null, producer).partition())
                    .isNull();
        }
    }

    @Test
    void shouldHaveSeveralPartitionsOnlyWhereServicesShareTheWork() {
        final Map<String, Integer> partitions = new TreeMap<>();
        topics.all()
                .forEach(topic ->
                        partitions.put(topic.toCreate().name(), topic.toCreate().numPartitions()));
        assertThat(partitions)
                .isEqualTo(Map.of(
                        "run.prompts", 1,
                        "run.rollouts", 5,
                        "run.scored", 5,
                        "run.weights", 1,
                        "run.policies", 1,
                        "run.journal", 1,
                        "run.dead-letters", 5));
        assertThat(topics.scored("again").partitions()).isEqualTo(5);
        assertThat(topics.deadLetters("again").partitions()).isEqualTo(5);
    }
}

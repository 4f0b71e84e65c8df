package org.mtrljudge.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.mtrljudge.schemas.Topic;
import org.mtrljudge.standalone.EmbeddedBroker;

/** Everything that lies committed in a topic of one partition. */
final class LoggedValues {
    private LoggedValues() {}

    static <V extends SpecificRecordBase> List<V> read(final EmbeddedBroker broker, final Topic<V> topic) {
        return read(broker.clientConfig(), topic);
    }

    static <V extends SpecificRecordBase> List<V> read(final Map<String, Object> kafka, final Topic<V> topic) {
        final Map<String, Object> config = new HashMap<>(kafka);
        config.put("isolation.level", "read_committed");
        final TopicPartition partition = new TopicPartition(topic.name(), 0);
        final List<V> values = new ArrayList<>();
        try (KafkaConsumer<String, byte[]> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            final long end = consumer.endOffsets(List.of(partition)).get(partition);
            while (consumer.position(partition) < end) {
                for (final ConsumerRecord<String, byte[]> record : consumer.poll(Duration.ofMillis(200))) {
                    values.add(topic.valueSerde().decode(record.value()));
                }
            }
        }
        return values;
    }
}

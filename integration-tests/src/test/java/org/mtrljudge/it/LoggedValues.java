package org.mtrljudge.it;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Topic;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.standalone.broker.EmbeddedBroker;

/** Reads all committed values of a topic that has one partition. */
public final class LoggedValues {
    /** A topic is read in the same way whatever the name of the run is. */
    private static final Topics ANY = new Topics("any", new LocalSchemaRegistry());

    private LoggedValues() {}

    static <V extends SpecificRecordBase> List<V> read(final EmbeddedBroker broker, final Topic<V> topic) {
        return read(broker.clients(ANY), topic);
    }

    static <V extends SpecificRecordBase> List<V> read(final TestBroker broker, final Topic<V> topic) {
        return read(broker.clients(ANY), topic);
    }

    public static <V extends SpecificRecordBase> List<V> read(final KafkaClients clients, final Topic<V> topic) {
        final TopicPartition partition = new TopicPartition(topic.name(), 0);
        final List<V> values = new ArrayList<>();
        try (Consumer<String, byte[]> consumer = clients.consumer(KafkaClients.Fetching.BY_DEFAULT)) {
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

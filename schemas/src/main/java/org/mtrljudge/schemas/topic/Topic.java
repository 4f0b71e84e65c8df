package org.mtrljudge.schemas.topic;

import java.nio.ByteBuffer;
import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.codec.AvroSerde;

/**
 * One topic of a run. Keys are strings.
 *
 * @param name the full name, with the run as its prefix
 * @param valueSerde reads and writes the values
 * @param partitions the number of partitions
 * @param replication how safely the brokers keep the topic
 * @param config the other settings of the topic at the broker
 */
public record Topic<V extends SpecificRecordBase>(
        String name, AvroSerde<V> valueSerde, int partitions, Replication replication, Map<String, String> config) {

    /** A record for this topic. Its value is bytes, so that a reader decodes it in its own code and can handle a damaged record. */
    public ProducerRecord<String, byte[]> message(final String key, final V value) {
        return new ProducerRecord<>(name, key, valueSerde.encode(name, value));
    }

    /** The same, where the first field of the value is a record of which the bytes are known; see {@link AvroSerde#body}. */
    public ProducerRecord<String, byte[]> message(
            final String key, final V value, final @Nullable ByteBuffer firstField) {
        return new ProducerRecord<>(name, key, valueSerde.encode(name, value, firstField));
    }

    NewTopic toCreate() {
        return new NewTopic(name, partitions, replication.factor()).configs(replication.addedTo(config));
    }
}

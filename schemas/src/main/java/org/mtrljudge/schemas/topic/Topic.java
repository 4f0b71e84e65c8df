package org.mtrljudge.schemas.topic;

import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
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

    NewTopic toCreate() {
        return new NewTopic(name, partitions, replication.factor()).configs(replication.addedTo(config));
    }
}

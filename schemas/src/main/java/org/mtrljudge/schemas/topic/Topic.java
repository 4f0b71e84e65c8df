package org.mtrljudge.schemas.topic;

import java.util.Map;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.mtrljudge.schemas.codec.AvroSerde;

/**
 * One topic of a run: its name, how its values are written, and how it is kept. Keys are strings.
 *
 * @param partitions of the topic
 * @param config the broker's settings for it
 */
public record Topic<V extends SpecificRecordBase>(
        String name, AvroSerde<V> valueSerde, int partitions, Map<String, String> config) {

    /** A record for this topic; values travel as bytes, so that a reader meets poison in its own code. */
    public ProducerRecord<String, byte[]> message(final String key, final V value) {
        return new ProducerRecord<>(name, key, valueSerde.encode(name, value));
    }

    NewTopic toCreate(final short replication) {
        return new NewTopic(name, partitions, replication).configs(config);
    }
}

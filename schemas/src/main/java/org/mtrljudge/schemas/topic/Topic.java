package org.mtrljudge.schemas.topic;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.avro.specific.SpecificRecordBase;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.utils.Utils;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.codec.AvroSerde;

/**
 * One topic of a run. Keys are strings.
 *
 * @param name the full name, with the run as its prefix
 * @param valueSerde reads and writes the values
 * @param partitions the number of partitions of the topic when it is created
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

    /**
     * A record in the partition of its pair, where the other order of the pair lies too: one reward service scores both.
     *
     * @param pairId the pair of the prompt; null: the key decides the partition
     * @param producer the producer that will send it, which knows the number of partitions
     */
    public ProducerRecord<String, byte[]> inPair(
            final ProducerRecord<String, byte[]> record,
            final @Nullable String pairId,
            final Producer<String, byte[]> producer) {
        return pairId == null
                ? record
                : new ProducerRecord<>(
                        name, partitionOf(pairId, producer.partitionsFor(name).size()), record.key(), record.value());
    }

    /** The partition among this many in which Kafka's clients put the records of a key; a pair goes where its id would go as a key. */
    public static int partitionOf(final String key, final int among) {
        return among < 2 ? 0 : Utils.toPositive(Utils.murmur2(key.getBytes(StandardCharsets.UTF_8))) % among;
    }

    /** One partition of this topic. */
    public TopicPartition partition(final int index) {
        return new TopicPartition(name, index);
    }

    /** The partitions that the topic has at the brokers, in their order: perhaps not as many as a new topic gets. */
    public List<TopicPartition> partitionsOf(final Consumer<String, byte[]> consumer) {
        int found = consumer.partitionsFor(name).size();
        if (found == 0) {
            // the topic is so new that this broker does not know it: the request of an offset waits until it does
            consumer.endOffsets(List.of(partition(0)));
            found = consumer.partitionsFor(name).size();
        }
        return IntStream.range(0, Math.max(1, found)).mapToObj(this::partition).toList();
    }

    NewTopic toCreate() {
        return new NewTopic(name, partitions, replication.factor()).configs(replication.addedTo(config));
    }
}

package org.mtrljudge.schemas.policy;

import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.mtrljudge.schemas.PolicyManifest;
import org.mtrljudge.schemas.topic.Topics;

/** Fetches a policy from records that are not in a broker. */
public final class FetchedChunks {
    private FetchedChunks() {}

    /** The image of a policy whose topic of weights holds the values. */
    public static ByteBuffer of(final Topics topics, final PolicyManifest manifest, final List<byte[]> values) {
        final MockConsumer<String, byte[]> consumer = new MockConsumer<>("earliest");
        try (PolicyChunks chunks = new PolicyChunks(topics.weights(), consumer)) {
            final String topic = topics.weights().name();
            consumer.updateBeginningOffsets(Map.of(new TopicPartition(topic, 0), 0L));
            for (int i = 0; i < values.size(); i++) {
                consumer.addRecord(new ConsumerRecord<>(topic, 0, i, "key", values.get(i)));
            }
            return chunks.fetch(manifest);
        }
    }
}

package org.mtrljudge.schemas.topic;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TopicExistsException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/** Creates topics, and checks that the registry still has the schemas of their records. */
public final class TopicAdmin {
    private TopicAdmin() {}

    /**
     * Refuses a registry that has lost the schemas of the records in these topics. It would give their ids to other schemas.
     *
     * @throws org.mtrljudge.schemas.codec.RegistryException when the registry has lost them, or cannot do its work
     */
    public static void requireSchemas(final List<Topic<?>> topics, final Admin admin)
            throws InterruptedException, ExecutionException {
        // the ends first: the writer of a record has registered its schema before
        final ListOffsetsResult ends = admin.listOffsets(topics.stream()
                .flatMap(TopicAdmin::partitions)
                .collect(Collectors.toMap(partition -> partition, partition -> OffsetSpec.latest())));
        for (final Topic<?> topic : topics) {
            boolean hasRecords = false;
            for (final TopicPartition partition : partitions(topic).toList()) {
                hasRecords |= end(ends, partition) > 0;
            }
            if (hasRecords) {
                topic.valueSerde().requireSubject();
            }
        }
    }

    private static Stream<TopicPartition> partitions(final Topic<?> topic) {
        return IntStream.range(0, topic.partitions()).mapToObj(topic::partition);
    }

    private static long end(final ListOffsetsResult ends, final TopicPartition partition)
            throws InterruptedException, ExecutionException {
        try {
            return ends.partitionResult(partition).get().offset();
        } catch (final ExecutionException e) {
            // it does not exist, or was made a moment ago, so that not every broker knows it
            if (e.getCause() instanceof UnknownTopicOrPartitionException) {
                return 0;
            }
            throw e;
        }
    }

    /** Creates the missing topics of this list. When no topic is missing, the right to create topics is not needed. */
    public static void create(final List<Topic<?>> topics, final Admin admin) throws InterruptedException {
        final Map<String, KafkaFuture<TopicDescription>> there =
                admin.describeTopics(topics.stream().map(Topic::name).toList()).topicNameValues();
        final List<NewTopic> missing = new ArrayList<>();
        for (final Topic<?> topic : topics) {
            if (result(
                            Objects.requireNonNull(there.get(topic.name())),
                            topic.name(),
                            UnknownTopicOrPartitionException.class)
                    == null) {
                missing.add(topic.toCreate());
            }
        }
        for (final var created : admin.createTopics(missing).values().entrySet()) {
            result(created.getValue(), created.getKey(), TopicExistsException.class);
        }
    }

    /** The result of a request about a topic; null where the request fails with the expected exception. */
    private static <T> @Nullable T result(
            final KafkaFuture<T> future, final String topic, final Class<? extends KafkaException> expected)
            throws InterruptedException {
        try {
            return future.get();
        } catch (final ExecutionException e) {
            if (expected.isInstance(e.getCause())) {
                return null;
            }
            throw e.getCause() instanceof KafkaException refused
                    ? refused
                    : new KafkaException("the topic " + topic + " cannot be created: " + e.getCause(), e);
        }
    }
}

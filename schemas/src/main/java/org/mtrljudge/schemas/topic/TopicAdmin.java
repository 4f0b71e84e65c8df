package org.mtrljudge.schemas.topic;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;
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
import org.mtrljudge.settings.UsageException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates topics, and checks that the registry still has the schemas of their records. */
public final class TopicAdmin {
    private static final Logger LOG = LoggerFactory.getLogger(TopicAdmin.class);

    private TopicAdmin() {}

    /**
     * Refuses a registry that has lost the schemas of the records in these topics. It would give their ids to other schemas.
     *
     * @throws org.mtrljudge.schemas.codec.RegistryException when the registry has lost them, or cannot do its work
     */
    public static void requireSchemas(final List<Topic<?>> topics, final Admin admin)
            throws InterruptedException, ExecutionException {
        // the ends first: the writer of a record has registered its schema before
        final Map<String, KafkaFuture<TopicDescription>> there =
                admin.describeTopics(topics.stream().map(Topic::name).toList()).topicNameValues();
        final Map<TopicPartition, OffsetSpec> partitions = new HashMap<>();
        for (final Topic<?> topic : topics) {
            final TopicDescription found = described(topic, there);
            if (found != null) {
                IntStream.range(0, found.partitions().size())
                        .forEach(i -> partitions.put(topic.partition(i), OffsetSpec.latest()));
            }
        }
        final ListOffsetsResult ends = admin.listOffsets(partitions);
        final Set<String> withRecords = new HashSet<>();
        for (final TopicPartition partition : partitions.keySet()) {
            if (end(ends, partition) > 0) {
                withRecords.add(partition.topic());
            }
        }
        topics.stream()
                .filter(topic -> withRecords.contains(topic.name()))
                .forEach(topic -> topic.valueSerde().requireSubject());
    }

    private static @Nullable TopicDescription described(
            final Topic<?> topic, final Map<String, KafkaFuture<TopicDescription>> there) throws InterruptedException {
        return result(
                Objects.requireNonNull(there.get(topic.name())), topic.name(), UnknownTopicOrPartitionException.class);
    }

    private static long end(final ListOffsetsResult ends, final TopicPartition partition)
            throws InterruptedException, ExecutionException {
        try {
            return ends.partitionResult(partition).get().offset();
        } catch (final ExecutionException e) {
            // it was made a moment ago, so that not every broker knows it
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
            final TopicDescription found = described(topic, there);
            if (found == null) {
                missing.add(topic.toCreate());
            } else if (found.partitions().size() != topic.partitions()) {
                LOG.info(
                        "{} keeps its {} partitions: the number in the settings, {}, is for new topics",
                        topic.name(),
                        found.partitions().size(),
                        topic.partitions());
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

    /**
     * Refuses topics that were made with unlike numbers of partitions.
     *
     * @throws UsageException that names them
     */
    public static void requireEqualPartitions(final List<Topic<?>> topics, final Admin admin)
            throws InterruptedException, ExecutionException {
        final Map<String, Integer> partitions = new TreeMap<>();
        admin.describeTopics(topics.stream().map(Topic::name).toList())
                .allTopicNames()
                .get()
                .forEach(
                        (name, found) -> partitions.put(name, found.partitions().size()));
        if (new HashSet<>(partitions.values()).size() > 1) {
            throw new UsageException("these topics need equally many partitions, so that what belongs together is read"
                    + " together: " + partitions + ". Start a new run, whose topics are made alike");
        }
    }
}

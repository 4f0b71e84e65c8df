package org.mtrljudge.reward.replay;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;
import java.util.function.LongConsumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.InvalidStateStoreException;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.mtrljudge.reward.stream.RewardTopology;
import org.mtrljudge.reward.stream.ScoringEnd;
import org.mtrljudge.reward.stream.ScoringJob;
import org.mtrljudge.reward.stream.WaitingGroup;
import org.mtrljudge.schemas.topic.KafkaClients;

/** Runs Kafka Streams over a log up to an end offset. Kafka Streams itself never ends. */
final class BoundedStreams implements AutoCloseable {
    private static final long LOOK_MS = 200;
    private static final Duration STOP = Duration.ofSeconds(30);
    private final KafkaStreams streams;
    private final Admin admin;
    private final ScoringJob job;
    private final ScoringEnd end;
    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    BoundedStreams(final Topology topology, final Properties config, final ScoringJob job, final KafkaClients clients) {
        this.streams = new KafkaStreams(topology, config);
        this.admin = clients.admin();
        this.job = job;
        this.end = Objects.requireNonNull(job.end(), "a replay has an end");
        streams.setUncaughtExceptionHandler(e -> {
            failure.compareAndSet(null, e);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    /**
     * Runs until every record before the end was processed and no group waits any more. {@link #close} commits the last records.
     *
     * @return false when it was stopped before the end
     */
    boolean drive(final BooleanSupplier stopped, final LongConsumer progress) {
        streams.start();
        while (!stopped.getAsBoolean()) {
            final Throwable why = failure.get();
            if (why != null) {
                throw new KafkaException("the replay failed: " + why.getMessage(), why);
            }
            // a replay that was killed at its end processes no record that could say so
            progress.accept(committed());
            final boolean processed = end.isReached();
            if (processed && nothingWaits()) {
                return true;
            }
            try {
                Thread.sleep(LOOK_MS);
            } catch (final InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return false;
    }

    /** Tells the end which records are committed; returns their number. */
    private long committed() {
        final Map<TopicPartition, OffsetAndMetadata> offsets =
                get(admin.listConsumerGroupOffsets(job.applicationId()).partitionsToOffsetAndMetadata());
        final List<Long> committed = new ArrayList<>();
        for (int i = 0; i < end.partitions(); i++) {
            final OffsetAndMetadata offset = offsets.get(job.rollouts().partition(i));
            committed.add(offset == null ? 0 : offset.offset());
            end.committed(i, committed.get(i));
        }
        return end.records(committed);
    }

    private boolean nothingWaits() {
        final int tasks = streams.metadataForLocalThreads().stream()
                .mapToInt(thread -> thread.activeTasks().size())
                .sum();
        if (tasks < end.partitions()) {
            // the store of a task that is just assigned cannot be seen
            return false;
        }
        try (KeyValueIterator<String, WaitingGroup> waiting = streams.store(StoreQueryParameters.fromNameAndType(
                        RewardTopology.WAITING, QueryableStoreTypes.<String, WaitingGroup>keyValueStore()))
                .all()) {
            return !waiting.hasNext();
        } catch (final InvalidStateStoreException e) {
            // the store cannot be queried while the streams start
            return false;
        }
    }

    /**
     * Deletes the offsets and changelogs of a stopped application. Only a continuation would need them. What does not exist is passed
     * over.
     */
    static void deleteState(final String applicationId, final KafkaClients clients) {
        try (Admin admin = clients.admin()) {
            // by their full names: the id of another replay can begin with this id
            admin.deleteTopics(RewardTopology.changelogs(applicationId))
                    .topicNameValues()
                    .values()
                    .forEach(deleted -> getUnless(UnknownTopicOrPartitionException.class, deleted));
            getUnless(
                    GroupIdNotFoundException.class,
                    admin.deleteConsumerGroups(List.of(applicationId)).all());
        }
    }

    private static void getUnless(final Class<? extends KafkaException> expected, final KafkaFuture<Void> future) {
        try {
            get(future);
        } catch (final KafkaException e) {
            if (!expected.isInstance(e.getCause())) {
                throw e;
            }
        }
    }

    private static <T> T get(final KafkaFuture<T> future) {
        try {
            return future.get();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new KafkaException("interrupted", e);
        } catch (final ExecutionException e) {
            throw new KafkaException("the broker refused the request: " + e.getCause(), e.getCause());
        }
    }

    /** Commits and stops the streams. */
    @Override
    public void close() {
        final boolean stopped = streams.close(CloseOptions.timeout(STOP)
                .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
        admin.close();
        if (!stopped) {
            throw new KafkaException("the replay did not stop within " + STOP);
        }
    }
}

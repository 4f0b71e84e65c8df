package org.mtrljudge.reward.stream;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaStreamsMetrics;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StoreQueryParameters;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.apache.kafka.streams.kstream.Windowed;
import org.apache.kafka.streams.state.KeyValueIterator;
import org.apache.kafka.streams.state.QueryableStoreTypes;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.RewardSet;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.TopicAdmin;

/** Scores the rollouts of a run as they arrive, exactly once (exactly_once_v2). */
public final class RewardService implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(10);
    // the learner sees a score only after a commit
    private static final int COMMIT_INTERVAL_MS = 50;
    private final KafkaClients clients;
    private final ScoringJob job;
    private final RewardSet set;
    // whether groups wait for the other orders of their pair
    private final boolean pairs;
    private final KafkaStreams streams;
    private final KafkaStreamsMetrics streamsMetrics;
    private final Clock clock;
    private volatile boolean closing;
    private RewardSet.@Nullable Opened graders;

    /**
     * One of the reward services of a run.
     *
     * @param id a service that restarts with the same id continues its work at once
     * @param stateDir the folder in which Kafka Streams keeps its state
     */
    public record Instance(String id, Path stateDir) {}

    /**
     * @param registry receives the metrics of the service
     * @param onFailure is called with the cause when the service cannot continue
     */
    public RewardService(
            final KafkaClients clients,
            final RewardSettings settings,
            final Instance instance,
            final MeterRegistry registry,
            final Consumer<Throwable> onFailure,
            final Clock clock) {
        this.clients = clients;
        this.job = ScoringJob.live(clients.topics(), clients);
        this.set = settings.set();
        this.pairs = set.maxOrders() > 1;
        final Properties config =
                StreamsSettings.exactlyOnce(job, settings, clients, instance.stateDir, COMMIT_INTERVAL_MS);
        config.put(ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, instance.id);
        this.clock = clock;
        this.streams = new KafkaStreams(RewardTopology.build(job, settings, new RewardMetrics(registry)), config);
        this.streamsMetrics = new KafkaStreamsMetrics(streams);
        streamsMetrics.bindTo(registry);
        streams.setUncaughtExceptionHandler(e -> {
            // a service that stops ends what it was grading
            if (!closing) {
                onFailure.accept(e);
            }
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    /**
     * @throws org.apache.kafka.common.KafkaException when the brokers do not answer
     * @throws org.mtrljudge.settings.UsageException when a reward function cannot be used; the message says what to correct
     */
    public void start() {
        graders = set.open();
        if (pairs) {
            requireThatPairsMeet();
            Changelogs.allowLargeGroups(clients, job.applicationId());
        }
        streams.start();
    }

    private void requireThatPairsMeet() {
        try (Admin admin = clients.admin()) {
            TopicAdmin.requireEqualPartitions(List.of(job.rollouts(), job.deadLetters()), admin);
        } catch (final InterruptedException e) {
            throw new InterruptException(e);
        } catch (final ExecutionException e) {
            throw new KafkaException("the topics cannot be described: " + e.getCause(), e);
        }
    }

    /** Whether the service scores, or will score after its partitions are assigned. */
    public boolean isHealthy() {
        return streams.state().isRunningOrRebalancing();
    }

    /** Whether the service scores now. */
    public boolean isRunning() {
        return streams.state() == KafkaStreams.State.RUNNING;
    }

    /**
     * Statistics of the groups that this service scored in the last minutes, per window and task. Their names are the names of training
     * metrics.
     *
     * @throws org.apache.kafka.streams.errors.InvalidStateStoreException while the service is starting
     */
    public List<Map<String, Object>> statistics(final Duration last) {
        final Instant now = clock.instant();
        final List<Map<String, Object>> windows = new ArrayList<>();
        final Map<Windowed<String>, TaskStatistics> byWindow = new LinkedHashMap<>();
        try (KeyValueIterator<Windowed<String>, TaskStatistics> found = streams.store(
                        StoreQueryParameters.fromNameAndType(
                                RewardTopology.STATISTICS, QueryableStoreTypes.<String, TaskStatistics>windowStore()))
                .fetchAll(now.minus(last), now)) {
            // each partition has a store of its own
            found.forEachRemaining(entry -> byWindow.merge(entry.key, entry.value, TaskStatistics::plus));
        }
        byWindow.forEach((key, statistics) -> {
            final Map<String, Object> window = new TreeMap<>(statistics.toMap());
            window.put("task", key.key());
            window.put("from", key.window().startTime().toString());
            window.put("seconds", TaskStatistics.WINDOW.toSeconds());
            windows.add(window);
        });
        return windows;
    }

    @Override
    public void close() {
        closing = true;
        streams.close(STOP);
        if (graders != null) {
            graders.close();
        }
        streamsMetrics.close();
    }
}

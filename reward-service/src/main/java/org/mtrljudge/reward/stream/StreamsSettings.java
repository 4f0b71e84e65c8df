package org.mtrljudge.reward.stream;

import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Replication;

/** Settings of Kafka Streams, where the defaults do not suit rollout records. */
public final class StreamsSettings {
    // commit, garbage collection, a busy machine
    private static final int SLACK_MS = 30_000;
    private static final int MAX_FETCH_BYTES = 8 << 20;
    private static final int MIN_FETCH_BYTES = 256 << 10;
    private static final int DEFAULT_MAX_POLL_INTERVAL_MS = 300_000;

    private StreamsSettings() {}

    public static Properties exactlyOnce(
            final ScoringJob job,
            final RewardSettings settings,
            final KafkaClients clients,
            final Path stateDir,
            final int commitIntervalMs) {
        final Properties config = atLeastOnce(job, settings, clients, stateDir, commitIntervalMs);
        // scores, state and offsets are one transaction, so a killed service scores no group twice
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return config;
    }

    public static Properties atLeastOnce(
            final ScoringJob job,
            final RewardSettings settings,
            final KafkaClients clients,
            final Path stateDir,
            final int commitIntervalMs) {
        final Properties config = new Properties();
        config.putAll(clients.forStreams());
        // the id names the consumer group and the changelogs, so a restarted service finds its offsets and state
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, job.applicationId());
        // scores become visible, exactly once, after this time
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitIntervalMs);
        // in the folder of the run, so that a restart does not read the state from its changelog
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        // the first rollouts of a run may exist before its reward service starts
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // no topic waits for the other: whether a dead letter is read before or after a rollout group changes nothing
        config.put(StreamsConfig.MAX_TASK_IDLE_MS_CONFIG, StreamsConfig.MAX_TASK_IDLE_MS_DISABLED);
        // groups of completions are large; this needs fewer requests than Kafka's default of 1 MiB. A replay reads all
        // partitions at
        // nearly the same pace
        final int partitions = job.end() == null ? 1 : Math.max(1, job.end().partitions());
        config.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG),
                Math.max(MIN_FETCH_BYTES, MAX_FETCH_BYTES / partitions));
        // a scored group contains its rollouts, and can be larger than Kafka's default of 1 MiB
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), KafkaClients.MAX_RECORD_BYTES);
        // only one batch is in flight at a time, so a batch should be large
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1 << 20);
        // completions repeat the prompt and each other, so they compress well
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // with more, the second batch of a transaction can overtake the first and is refused until it is sent again
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        if (settings.recordLimitMs() > 0) {
            allowTimeForVerifiers(config, settings.recordLimitMs());
        }
        replicate(clients.topics().replication(), config);
        return config;
    }

    /** With Kafka's defaults, a slow group would be aborted, begun again and aborted again for ever. */
    private static void allowTimeForVerifiers(final Properties config, final long recordLimitMs) {
        final int limitMs = Math.toIntExact(recordLimitMs + SLACK_MS);
        // records are processed one after the other, and only then is there a commit or another poll
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_RECORDS_CONFIG), 1);
        config.put(
                StreamsConfig.consumerPrefix(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG),
                Math.max(DEFAULT_MAX_POLL_INTERVAL_MS, 2 * limitMs));
        // the settings of the user take precedence: a broker can allow less
        if (!config.containsKey(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG)) {
            config.put(StreamsConfig.producerPrefix(ProducerConfig.TRANSACTION_TIMEOUT_CONFIG), limitMs);
        }
    }

    /** The state of the service is kept as safely as the scores. */
    private static void replicate(final Replication replication, final Properties config) {
        if (!replication.equals(Replication.BROKERS_DEFAULT)) {
            config.put(StreamsConfig.REPLICATION_FACTOR_CONFIG, (int) replication.factor());
        }
        if (replication.minInSync() != null) {
            config.put(StreamsConfig.topicPrefix(Replication.MIN_IN_SYNC), String.valueOf(replication.minInSync()));
        }
    }
}

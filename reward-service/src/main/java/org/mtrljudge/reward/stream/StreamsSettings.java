package org.mtrljudge.reward.stream;

import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.mtrljudge.schemas.topic.KafkaClients;
import org.mtrljudge.schemas.topic.Replication;

/** Settings of Kafka Streams, where the defaults do not suit rollout records. */
public final class StreamsSettings {
    private StreamsSettings() {}

    public static Properties exactlyOnce(
            final String applicationId, final KafkaClients clients, final Path stateDir, final int commitIntervalMs) {
        final Properties config = atLeastOnce(applicationId, clients, stateDir, commitIntervalMs);
        // scores, state and offsets are one transaction, so a killed service scores no group twice
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return config;
    }

    public static Properties atLeastOnce(
            final String applicationId, final KafkaClients clients, final Path stateDir, final int commitIntervalMs) {
        final Properties config = new Properties();
        config.putAll(clients.forStreams());
        // the id names the consumer group and the changelogs, so a restarted service finds its offsets and state
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        // scores become visible, exactly once, after this time
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitIntervalMs);
        // in the folder of the run, so that a restart does not read the state from its changelog
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        // the first rollouts of a run may exist before its reward service starts
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // groups of completions are large; this needs fewer requests than Kafka's default of 1 MiB
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 << 20);
        // a scored group contains its rollouts, and can be larger than Kafka's default of 1 MiB
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 16 << 20);
        // only one batch is in flight at a time, so a batch should be large
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1 << 20);
        // completions repeat the prompt and each other, so they compress well
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // with more, the second batch of a transaction can overtake the first and is refused until it is sent again
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        replicate(clients.topics().replication(), config);
        return config;
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

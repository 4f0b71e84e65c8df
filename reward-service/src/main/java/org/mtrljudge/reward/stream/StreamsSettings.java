package org.mtrljudge.reward.stream;

import java.nio.file.Path;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.streams.StreamsConfig;
import org.mtrljudge.schemas.topic.KafkaClients;

/** Kafka Streams' settings where its defaults do not fit records of rollouts. */
public final class StreamsSettings {
    private StreamsSettings() {}

    public static Properties exactlyOnce(
            final String applicationId, final KafkaClients clients, final Path stateDir, final int commitIntervalMs) {
        final Properties config = atLeastOnce(applicationId, clients, stateDir, commitIntervalMs);
        // scores, state and offsets are one transaction: a killed service scores nothing twice
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return config;
    }

    public static Properties atLeastOnce(
            final String applicationId, final KafkaClients clients, final Path stateDir, final int commitIntervalMs) {
        final Properties config = new Properties();
        config.putAll(clients.forStreams());
        // names the consumer group and the changelogs: a service that is started again finds its offsets and state by
        // it
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        // what was scored can be seen, exactly once, after so long
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitIntervalMs);
        // in the run's folder, so that the state needs not be read from its changelog after a restart
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        // a run's first rollouts may be there before its reward service is
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG), "earliest");
        // groups of completions are large: fewer requests than with Kafka's 1 MiB
        config.put(StreamsConfig.consumerPrefix(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG), 8 << 20);
        // a scored group has its rollouts in it, and can be larger than Kafka's 1 MiB
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_REQUEST_SIZE_CONFIG), 16 << 20);
        // one batch is under way at a time, so it should carry much
        config.put(StreamsConfig.producerPrefix(ProducerConfig.BATCH_SIZE_CONFIG), 1 << 20);
        // completions are text that repeats its prompt and each other
        config.put(StreamsConfig.producerPrefix(ProducerConfig.COMPRESSION_TYPE_CONFIG), "lz4");
        // with more, a transaction's second batch can overtake its first and is refused until it is sent again
        config.put(StreamsConfig.producerPrefix(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION), 1);
        return config;
    }
}

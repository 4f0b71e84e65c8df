package org.mtrljudge.reward;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import org.apache.kafka.streams.StreamsConfig;

/** Kafka Streams' settings where its defaults do not fit records of rollouts. */
final class StreamsSettings {
    private static final int MAX_RECORD_BYTES = 16 << 20;
    private static final long INPUT_BUFFER_BYTES = 64L << 20; // records that wait for the processor
    private static final int FETCH_BYTES = 8 << 20;
    private static final int BATCH_BYTES = 1 << 20; // one batch is under way at a time, so it should carry much

    private StreamsSettings() {}

    static Properties exactlyOnce(
            final String applicationId,
            final Map<String, Object> kafka,
            final Path stateDir,
            final int commitIntervalMs) {
        final Properties config = atLeastOnce(applicationId, kafka, stateDir, commitIntervalMs);
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        return config;
    }

    static Properties atLeastOnce(
            final String applicationId,
            final Map<String, Object> kafka,
            final Path stateDir,
            final int commitIntervalMs) {
        final Properties config = new Properties();
        config.putAll(kafka);
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, applicationId);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, commitIntervalMs);
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        config.put("input.buffer.max.bytes", INPUT_BUFFER_BYTES);
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(StreamsConfig.consumerPrefix("max.partition.fetch.bytes"), FETCH_BYTES);
        config.put(StreamsConfig.producerPrefix("max.request.size"), MAX_RECORD_BYTES);
        config.put(StreamsConfig.producerPrefix("batch.size"), BATCH_BYTES);
        config.put(StreamsConfig.producerPrefix("compression.type"), "lz4");
        // with more, a transaction's second batch can overtake its first and is refused until it is sent again
        config.put(StreamsConfig.producerPrefix("max.in.flight.requests.per.connection"), 1);
        return config;
    }
}

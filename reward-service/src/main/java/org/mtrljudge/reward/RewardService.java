package org.mtrljudge.reward;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsConfig;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.mtrljudge.schemas.Topics;

/** Runs the reward topology exactly once (exactly_once_v2). */
public final class RewardService implements AutoCloseable {
    private static final Duration STOP = Duration.ofSeconds(10);
    private static final int COMMIT_INTERVAL_MS = 50; // a commit is what lets the learner see a score
    private final KafkaStreams streams;

    /** @param onFailure told when the service cannot go on */
    public RewardService(
            final Topics topics,
            final RewardSettings settings,
            final Map<String, Object> kafka,
            final Path stateDir,
            final Consumer<Throwable> onFailure) {
        final Properties config = new Properties();
        config.putAll(kafka);
        config.put(StreamsConfig.APPLICATION_ID_CONFIG, topics.run() + ".reward");
        config.put(StreamsConfig.PROCESSING_GUARANTEE_CONFIG, StreamsConfig.EXACTLY_ONCE_V2);
        config.put(StreamsConfig.COMMIT_INTERVAL_MS_CONFIG, COMMIT_INTERVAL_MS);
        config.put(StreamsConfig.STATE_DIR_CONFIG, stateDir.toString());
        config.put(StreamsConfig.consumerPrefix("auto.offset.reset"), "earliest");
        config.put(StreamsConfig.producerPrefix("max.request.size"), 16 << 20);
        // with more, a transaction's second batch can overtake its first and is refused until it is sent again
        config.put(StreamsConfig.producerPrefix("max.in.flight.requests.per.connection"), 1);
        streams = new KafkaStreams(RewardTopology.build(topics, settings), config);
        streams.setUncaughtExceptionHandler(e -> {
            onFailure.accept(e);
            return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    }

    public void start() {
        streams.start();
    }

    @Override
    public void close() {
        streams.close(STOP);
    }
}

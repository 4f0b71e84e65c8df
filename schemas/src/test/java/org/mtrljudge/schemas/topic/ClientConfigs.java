package org.mtrljudge.schemas.topic;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;

/**
 * Records the settings of each Kafka client that names this class under {@code metric.reporters}: Kafka makes one reporter in each such
 * client and gives it the settings of the client.
 */
public final class ClientConfigs implements MetricsReporter {
    private static final List<Map<String, Object>> CONFIGS = new CopyOnWriteArrayList<>();

    /** The settings of the clients that were made since {@link #forget}, in the order in which they were made. */
    public static List<Map<String, Object>> all() {
        return CONFIGS;
    }

    public static void forget() {
        CONFIGS.clear();
    }

    @Override
    public void configure(final Map<String, ?> config) {
        CONFIGS.add(new TreeMap<>(config));
    }

    @Override
    public void init(final List<KafkaMetric> metrics) {}

    @Override
    public void metricChange(final KafkaMetric metric) {}

    @Override
    public void metricRemoval(final KafkaMetric metric) {}

    @Override
    public void close() {}
}

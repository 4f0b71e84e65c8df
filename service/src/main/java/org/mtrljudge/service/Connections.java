package org.mtrljudge.service;

import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.codec.HttpSchemaRegistry;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.SchemaRegistry;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.Replication;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.Check;
import org.mtrljudge.settings.UsageException;

/**
 * How a process reaches the log and the policies of a run.
 *
 * @param kafka the settings that are passed unchanged to every Kafka client
 * @param schemaRegistry the settings of the client of the schema registry, with the names of Confluent's client
 */
public record Connections(
        Broker broker, WeightBus weights, Map<String, Object> kafka, Map<String, Object> schemaRegistry) {
    /** The Kafka setting that names the addresses of the brokers. */
    public static final String BOOTSTRAP = "bootstrap.servers";

    /**
     * How a process reaches its broker and its schema registry.
     *
     * @param port the port of the embedded broker; 0: any free port
     * @param schemaRegistryUrl the URL of a registry with Confluent's interface; null: ids are computed from the schemas, without a server
     * @param schemaRegistryTimeoutMs the time after which a process ends because its registry does not answer
     * @param replicationFactor the number of copies of new topics; −1: the default of the brokers
     * @param minInsyncReplicas the number of copies that must have a record before its writer may continue; null: the default of the brokers
     * @param partitions the number of partitions that new topics of rollouts, scored groups and dead letters get
     */
    public record Broker(
            int port,
            @Nullable String schemaRegistryUrl,
            long schemaRegistryTimeoutMs,
            int replicationFactor,
            @Nullable Integer minInsyncReplicas,
            int partitions) {
        private static final long MAX_TIMEOUT_MS = 3_600_000;
        private static final int MAX_PARTITIONS = 1000;

        public Broker {
            Check.range("broker.port", port, 0, 65_535);
            Check.range("broker.schema_registry_timeout_ms", schemaRegistryTimeoutMs, 0, MAX_TIMEOUT_MS);
            if (schemaRegistryUrl != null && !schemaRegistryUrl.matches("https?://[^/@]+(/.*)?")) {
                throw new IllegalArgumentException(
                        "broker.schema_registry_url is not http://HOST:PORT/PATH or https://…"
                                + " without a log-in; schema_registry: basic.auth.user.info sets the log-in");
            }
            if (replicationFactor != -1) {
                Check.range("broker.replication_factor", replicationFactor, 1, Short.MAX_VALUE);
            }
            if (minInsyncReplicas != null) {
                final int most = replicationFactor == -1 ? Short.MAX_VALUE : replicationFactor;
                Check.range("broker.min_insync_replicas", minInsyncReplicas, 1, most);
            }
            Check.range("broker.partitions", partitions, 1, MAX_PARTITIONS);
        }

        /** How safely the brokers keep new topics. */
        Replication replication() {
            return new Replication((short) replicationFactor, minInsyncReplicas);
        }
    }

    /**
     * How policies reach the actors.
     *
     * @param store the store of the policies that are larger than {@code maxLogMb}: {@code file:/FOLDER} or
     *     {@code s3://BUCKET/PREFIX}; null: all policies go through the log
     * @param maxLogMb the size of the largest policy that goes through the log, in MiB
     */
    public record WeightBus(@Nullable String store, int maxLogMb) {
        public WeightBus {
            Check.range("weights.max_log_mb", maxLogMb, 0, 2047);
            if (store != null && !store.startsWith("file:") && !store.startsWith("s3://")) {
                throw new IllegalArgumentException(
                        "weights.store is '" + store + "', allowed is file:/FOLDER or s3://BUCKET/PREFIX");
            }
        }

        /** The size of the largest policy that goes through the log. */
        public long maxLogBytes() {
            return (long) maxLogMb << 20;
        }
    }

    /** The store of the policies that are too large for the log; null when none is set. The caller closes it. */
    public @Nullable PolicyStore policyStore() {
        return weights.store == null ? null : PolicyStore.at(weights.store);
    }

    /**
     * The topics of a run, with the registry that these settings name.
     *
     * @throws UsageException when the settings of the registry are wrong
     */
    public Topics topics(final String run) {
        return new Topics(run, registry(), broker.replication(), broker.partitions());
    }

    private SchemaRegistry registry() {
        if (broker.schemaRegistryUrl == null) {
            return new LocalSchemaRegistry();
        }
        try {
            return new HttpSchemaRegistry(
                    broker.schemaRegistryUrl, schemaRegistry, Duration.ofMillis(broker.schemaRegistryTimeoutMs));
        } catch (final IllegalArgumentException e) {
            throw new UsageException("wrong setting: " + e.getMessage());
        }
    }

    /** Names the settings of clients without their values, which may be secrets. */
    @Override
    public String toString() {
        return "Connections[broker=" + broker + ", weights=" + weights + ", kafka=" + kafka.keySet()
                + ", schemaRegistry=" + schemaRegistry.keySet() + "]";
    }
}

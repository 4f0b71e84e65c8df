package org.mtrljudge.service;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.schemas.codec.HttpSchemaRegistry;
import org.mtrljudge.schemas.codec.LocalSchemaRegistry;
import org.mtrljudge.schemas.codec.SchemaRegistry;
import org.mtrljudge.schemas.policy.PolicyStore;
import org.mtrljudge.schemas.topic.Topics;
import org.mtrljudge.settings.Check;

/**
 * How a process reaches the log and the policies of a run.
 *
 * @param kafka the settings that are passed unchanged to every Kafka client
 */
public record Connections(Broker broker, WeightBus weights, Map<String, Object> kafka) {
    /** The Kafka setting that names the addresses of the brokers. */
    public static final String BOOTSTRAP = "bootstrap.servers";

    /**
     * How a process reaches its broker and its schema registry.
     *
     * @param port the port of the embedded broker; 0: any free port
     * @param schemaRegistryUrl the URL of a registry with Confluent's interface; null: ids are computed from the schemas, without a server
     */
    public record Broker(int port, @Nullable String schemaRegistryUrl) {
        public Broker {
            Check.range("broker.port", port, 0, 65_535);
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

    /** The topics of a run, with the registry that these settings name. */
    public Topics topics(final String run) {
        return new Topics(run, schemaRegistry());
    }

    private SchemaRegistry schemaRegistry() {
        return broker.schemaRegistryUrl == null
                ? new LocalSchemaRegistry()
                : new HttpSchemaRegistry(broker.schemaRegistryUrl);
    }

    /** Names the Kafka settings without their values, which may be secrets. */
    @Override
    public String toString() {
        return "Connections[broker=" + broker + ", weights=" + weights + ", kafka=" + kafka.keySet() + "]";
    }
}

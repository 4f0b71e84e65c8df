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
 * How a process reaches a run's log and its policies.
 *
 * @param kafka passed to every Kafka client untouched
 */
public record Connections(Broker broker, WeightBus weights, Map<String, Object> kafka) {
    /** Where brokers are. */
    public static final String BOOTSTRAP = "bootstrap.servers";

    /**
     * @param port of the embedded broker, 0 for any free one
     * @param schemaRegistryUrl of a registry with Confluent's interface; null: ids are made from the schemas, without a server
     */
    public record Broker(int port, @Nullable String schemaRegistryUrl) {
        public Broker {
            Check.range("broker.port", port, 0, 65_535);
        }
    }

    /**
     * How policies travel.
     *
     * @param store where those lie that are larger than {@code maxLogMb}: {@code file:/FOLDER} or {@code s3://BUCKET/PREFIX};
     *     null: all go through the log
     */
    public record WeightBus(@Nullable String store, int maxLogMb) {
        public WeightBus {
            Check.range("weights.max_log_mb", maxLogMb, 0, 2047);
            if (store != null && !store.startsWith("file:") && !store.startsWith("s3://")) {
                throw new IllegalArgumentException("weights.store is '" + store
                        + "'; file:/FOLDER and s3://BUCKET/PREFIX are places for policies");
            }
        }

        /** What goes through the log at most. */
        public long maxLogBytes() {
            return (long) maxLogMb << 20;
        }
    }

    /** Where policies lie that are too big for the log, to be closed by the caller; null when none is set. */
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

    /** Without what Kafka's clients are told: there may be secrets in it. */
    @Override
    public String toString() {
        return "Connections[broker=" + broker + ", weights=" + weights + ", kafka=" + kafka.keySet() + "]";
    }
}

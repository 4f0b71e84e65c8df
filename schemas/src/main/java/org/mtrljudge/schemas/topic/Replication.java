package org.mtrljudge.schemas.topic;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * How safely the brokers keep a new topic.
 *
 * @param factor the number of copies; −1: the default of the brokers
 * @param minInSync the number of copies that must have a record before its writer is told that it is in the log; null: the default of the
 *     brokers
 */
public record Replication(short factor, @Nullable Integer minInSync) {
    /** What the brokers are configured for. */
    public static final Replication BROKERS_DEFAULT = new Replication((short) -1, null);

    /** The setting of the topic for {@link #minInSync}, which Kafka Streams also takes for its changelogs. */
    public static final String MIN_IN_SYNC = "min.insync.replicas";

    /** The settings of a topic, and those of this replication. */
    Map<String, String> addedTo(final Map<String, String> config) {
        if (minInSync == null) {
            return config;
        }
        final Map<String, String> all = new HashMap<>(config);
        all.put(MIN_IN_SYNC, String.valueOf(minInSync));
        return all;
    }
}

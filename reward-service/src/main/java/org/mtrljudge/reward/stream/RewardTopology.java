package org.mtrljudge.reward.stream;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.StoreBuilder;
import org.apache.kafka.streams.state.Stores;
import org.mtrljudge.reward.scoring.RewardSettings;
import org.mtrljudge.schemas.topic.KafkaClients;

/** Reads rollouts; writes scored groups and dead letters. */
public final class RewardTopology {
    static final String SCORED = "scored";
    static final String DEAD_LETTERS = "dead-letters";

    /** Maps a prompt id to the offset of its scored rollouts. It is written in the same transaction as the score. */
    static final String SCORED_IDS = "scored-ids";
    /** Maps a pair id to the groups that wait for their other orders, see {@link WaitingPairs}. */
    public static final String WAITING = "waiting";
    /** Maps a pair id to the reason of a dead letter of one of its prompts. */
    static final String DEAD_PAIRS = "dead-pairs";
    /** Maps a task to its running scale. */
    static final String SCALES = "scales";
    /** Maps a task to its last groups, with which new scores are compared. Only where a reward compares groups. */
    static final String WINDOWS = "windows";
    /** Maps a task and a minute to the statistics of the scored groups. */
    static final String STATISTICS = "statistics";

    private static final String ROLLOUTS = "rollouts";
    private static final String DEAD_PROMPTS = "dead-prompts";
    private static final String SCORE = "score";

    private RewardTopology() {}

    /**
     * Whether the job reads the dead letters of the run: an order of a pair that became a dead letter will not come. A replay does not
     * read them, because all rollouts that it scores are in the log, and the same log must give the same scores.
     */
    static boolean readsDeadLetters(final ScoringJob job, final RewardSettings settings) {
        return job.isLive() && settings.set().maxOrders() > 1;
    }

    /** The topics in which Kafka Streams may keep the state of a replay. */
    public static List<String> changelogs(final String applicationId) {
        return Stream.of(SCORED_IDS, WAITING, SCALES, WINDOWS)
                .map(store -> Changelogs.name(applicationId, store))
                .toList();
    }

    /** Builds the topology that writes to topics exactly once. Its stores have changelogs. */
    public static Topology build(final ScoringJob job, final RewardSettings settings, final RewardMetrics metrics) {
        final Topology topology = scoring(job, settings, metrics, false)
                .addSink(SCORED, job.scored().name(), new StringSerializer(), new ByteArraySerializer(), SCORE)
                .addSink(
                        DEAD_LETTERS,
                        job.deadLetters().name(),
                        new StringSerializer(),
                        new ByteArraySerializer(),
                        new WithItsPair(job.deadLetters()),
                        SCORE);
        if (readsDeadLetters(job, settings)) {
            topology.addStateStore(keyValue(DEAD_PAIRS, Serdes.String(), false), SCORE);
        }
        return job.isLive() ? topology.addStateStore(statistics(), SCORE) : topology;
    }

    /** Builds a topology that writes nothing to Kafka. Its output goes to the two callbacks, and its state is in memory. */
    public static Topology dryRun(
            final ScoringJob job,
            final RewardSettings settings,
            final RewardMetrics metrics,
            final Consumer<byte[]> scored,
            final Consumer<byte[]> dead) {
        return scoring(job, settings, metrics, true)
                .addProcessor(SCORED, () -> record -> scored.accept((byte[]) record.value()), SCORE)
                .addProcessor(DEAD_LETTERS, () -> record -> dead.accept((byte[]) record.value()), SCORE);
    }

    private static Topology scoring(
            final ScoringJob job, final RewardSettings settings, final RewardMetrics metrics, final boolean inMemory) {
        final Topology topology = new Topology()
                .addSource(
                        ROLLOUTS,
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        job.rollouts().name());
        if (readsDeadLetters(job, settings)) {
            topology.addSource(
                    DEAD_PROMPTS,
                    new StringDeserializer(),
                    new ByteArrayDeserializer(),
                    job.deadLetters().name());
        }
        topology.addProcessor(
                SCORE,
                () -> new ScoringProcessor(job, settings, metrics),
                readsDeadLetters(job, settings) ? new String[] {ROLLOUTS, DEAD_PROMPTS} : new String[] {ROLLOUTS});
        for (final StoreBuilder<?> store : stores(settings, inMemory)) {
            if (inMemory) {
                store.withLoggingDisabled();
            }
            topology.addStateStore(store, SCORE);
        }
        return topology;
    }

    private static List<StoreBuilder<?>> stores(final RewardSettings settings, final boolean inMemory) {
        final List<StoreBuilder<?>> stores = new ArrayList<>(List.of(
                keyValue(SCORED_IDS, Serdes.Long(), inMemory),
                // a group that waits is as large as its record
                keyValue(WAITING, WaitingGroup.serde(), inMemory)
                        .withLoggingEnabled(Map.of("max.message.bytes", String.valueOf(KafkaClients.MAX_RECORD_BYTES))),
                keyValue(SCALES, RunningScale.serde(), inMemory)));
        if (settings.set().comparesGroups()) {
            stores.add(keyValue(WINDOWS, TaskStores.windowSerde(), inMemory));
        }
        return stores;
    }

    private static StoreBuilder<?> statistics() {
        return Stores.windowStoreBuilder(
                Stores.persistentWindowStore(STATISTICS, TaskStatistics.KEPT, TaskStatistics.WINDOW, false),
                Serdes.String(),
                TaskStatistics.serde());
    }

    private static <V> StoreBuilder<?> keyValue(final String name, final Serde<V> values, final boolean inMemory) {
        return Stores.keyValueStoreBuilder(
                inMemory ? Stores.inMemoryKeyValueStore(name) : Stores.persistentKeyValueStore(name),
                Serdes.String(),
                values);
    }
}

package org.mtrljudge.reward;

import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.state.Stores;
import org.mtrljudge.schemas.Topics;

/** Rollouts in; scored groups and dead letters out. */
final class RewardTopology {
    static final String SCORED = "scored";
    static final String DEAD_LETTERS = "dead-letters";
    /** Prompt id to the offset of the rollouts that were scored for it; part of the transaction of its score. */
    static final String SCORED_IDS = "scored-ids";

    private static final String ROLLOUTS = "rollouts";
    private static final String SCORE = "score";

    private RewardTopology() {}

    static Topology build(final Topics topics, final RewardSettings settings) {
        final GroupScorer scorer = new GroupScorer(settings);
        return new Topology()
                .addSource(
                        ROLLOUTS,
                        new StringDeserializer(),
                        new ByteArrayDeserializer(),
                        topics.rollouts().name())
                .addProcessor(SCORE, () -> new ScoringProcessor(topics, scorer), ROLLOUTS)
                .addStateStore(
                        Stores.keyValueStoreBuilder(
                                Stores.persistentKeyValueStore(SCORED_IDS), Serdes.String(), Serdes.Long()),
                        SCORE)
                .addSink(SCORED, topics.scored().name(), new StringSerializer(), new ByteArraySerializer(), SCORE)
                .addSink(
                        DEAD_LETTERS,
                        topics.deadLetters().name(),
                        new StringSerializer(),
                        new ByteArraySerializer(),
                        SCORE);
    }
}

package org.mtrljudge.reward.stream;

import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.apache.kafka.streams.processor.StreamPartitioner;
import org.mtrljudge.schemas.DeadLetter;
import org.mtrljudge.schemas.topic.Topic;

/** Puts a dead letter where the rollouts of its pair are, so that the service that holds the other order reads it. */
final class WithItsPair implements StreamPartitioner<String, byte[]> {
    private final Topic<DeadLetter> deadLetters;

    WithItsPair(final Topic<DeadLetter> deadLetters) {
        this.deadLetters = deadLetters;
    }

    @Override
    public Optional<Set<Integer>> partitions(
            final String topic, final String key, final byte[] value, final int numPartitions) {
        final String pairId = deadLetters.valueSerde().decode(value).getPairId();
        return Optional.of(Set.of(Topic.partitionOf(Objects.requireNonNullElse(pairId, key), numPartitions)));
    }
}

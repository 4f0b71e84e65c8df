package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.state.KeyValueStore;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.reward.rule.GroupScores;
import org.mtrljudge.reward.scoring.TaskMemory;

/**
 * The memory of scoring in stores of Kafka Streams, which change in the transaction of the score.
 *
 * @param windows null where no reward compares groups
 */
record TaskStores(
        KeyValueStore<String, RunningScale> scales,
        @Nullable KeyValueStore<String, List<GroupScores>> windows) implements TaskMemory {
    private static final int GROUP_BYTES = 3 * Double.BYTES;

    @Override
    public double divisor(final String task, final double variance) {
        final RunningScale before = scales.get(task);
        final RunningScale after = (before == null ? RunningScale.NONE : before).with(variance);
        scales.put(task, after);
        return after.divisor();
    }

    @Override
    public List<GroupScores> earlier(final String task) {
        return Objects.requireNonNullElse(opened().get(task), List.of());
    }

    @Override
    public void remember(final String task, final List<GroupScores> groups) {
        opened().put(task, groups);
    }

    private KeyValueStore<String, List<GroupScores>> opened() {
        return Objects.requireNonNull(windows, "no reward of the set compares groups");
    }

    static Serde<List<GroupScores>> windowSerde() {
        return Serdes.serdeFrom(
                (topic, groups) -> {
                    final ByteBuffer buffer = ByteBuffer.allocate(groups.size() * GROUP_BYTES);
                    groups.forEach(group -> buffer.putDouble(group.right())
                            .putDouble(group.mean())
                            .putDouble(group.variance()));
                    return buffer.array();
                },
                (topic, bytes) -> {
                    final ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    final List<GroupScores> groups = new ArrayList<>();
                    while (buffer.hasRemaining()) {
                        groups.add(new GroupScores(buffer.getDouble(), buffer.getDouble(), buffer.getDouble()));
                    }
                    return groups;
                });
    }
}

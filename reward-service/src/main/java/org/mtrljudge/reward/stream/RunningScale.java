package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * How widely a task's rewards spread within its groups: a running mean of their variance. Dividing by it puts tasks with small and
 * large rewards on one scale without making a group of nearly equal rewards loud.
 *
 * @param groups seen so far
 * @param variance their mean at first, later a mean that forgets with {@link #MOMENTUM}
 */
public record RunningScale(long groups, double variance) {
    private static final double MOMENTUM = 0.99;
    private static final double EPSILON = 1e-6;
    static final RunningScale NONE = new RunningScale(0, 0);

    /** With one more group. */
    RunningScale with(final double groupVariance) {
        final double weight = Math.max(1 - MOMENTUM, 1.0 / (groups + 1));
        return new RunningScale(groups + 1, variance + weight * (groupVariance - variance));
    }

    /** What advantages are divided by. */
    double divisor() {
        return Math.sqrt(variance) + EPSILON;
    }

    static Serde<RunningScale> serde() {
        return Serdes.serdeFrom(
                (topic, scale) -> ByteBuffer.allocate(Long.BYTES + Double.BYTES)
                        .putLong(scale.groups)
                        .putDouble(scale.variance)
                        .array(),
                (topic, bytes) -> {
                    final ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    return new RunningScale(buffer.getLong(), buffer.getDouble());
                });
    }
}

package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * The spread of the rewards of a task within its groups: a running mean of the group variances. Division by it puts tasks with small
 * and large rewards on one scale. A group of nearly equal rewards does not get large advantages from it.
 *
 * @param groups the number of groups seen
 * @param variance the plain mean of the variances at first, later an exponential mean with {@link #MOMENTUM}
 */
public record RunningScale(long groups, double variance) {
    private static final double MOMENTUM = 0.99;
    private static final double EPSILON = 1e-6;
    static final RunningScale NONE = new RunningScale(0, 0);

    /** The scale after one more group. */
    RunningScale with(final double groupVariance) {
        final double weight = Math.max(1 - MOMENTUM, 1.0 / (groups + 1));
        return new RunningScale(groups + 1, variance + weight * (groupVariance - variance));
    }

    /** The divisor of advantages. */
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

package org.mtrljudge.reward.stream;

import java.nio.ByteBuffer;
import org.apache.kafka.common.serialization.Serde;
import org.apache.kafka.common.serialization.Serdes;

/**
 * A rollout group that waits for the other orders of its pair.
 *
 * @param offset the offset of the group in its topic
 * @param timestampMs the timestamp of its record
 * @param value the value of its record
 */
public record WaitingGroup(long offset, long timestampMs, byte[] value) {
    private static final int HEADER_BYTES = 2 * Long.BYTES;

    /** The size in the store. */
    int bytes() {
        return HEADER_BYTES + value.length;
    }

    static Serde<WaitingGroup> serde() {
        return Serdes.serdeFrom(
                (topic, group) -> ByteBuffer.allocate(group.bytes())
                        .putLong(group.offset)
                        .putLong(group.timestampMs)
                        .put(group.value)
                        .array(),
                (topic, bytes) -> {
                    final ByteBuffer buffer = ByteBuffer.wrap(bytes);
                    final long offset = buffer.getLong();
                    final long timestampMs = buffer.getLong();
                    final byte[] value = new byte[buffer.remaining()];
                    buffer.get(value);
                    return new WaitingGroup(offset, timestampMs, value);
                });
    }
}

package org.mtrljudge.schemas.topic;

import java.util.Comparator;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Where a record lies in a topic. The order is by offset, and by partition where offsets are equal: it is the same for every reader, and
 * close to the order in time where the partitions fill evenly.
 *
 * @param partition the partition, from 0
 * @param offset the offset in the partition
 */
public record LogOffset(int partition, long offset) implements Comparable<LogOffset> {
    private static final Comparator<LogOffset> ORDER =
            Comparator.comparingLong(LogOffset::offset).thenComparingInt(LogOffset::partition);

    /** Where a record that was read lies. */
    public static LogOffset of(final ConsumerRecord<?, ?> record) {
        return new LogOffset(record.partition(), record.offset());
    }

    /** The first offset of a partition that is not before this place. */
    public long in(final int of) {
        return of < partition ? offset + 1 : offset;
    }

    @Override
    public int compareTo(final LogOffset other) {
        return ORDER.compare(this, other);
    }

    /** As messages say it. Most topics have one partition; partition 0 is not named. */
    @Override
    public String toString() {
        return partition == 0 ? "offset " + offset : "offset " + offset + " of partition " + partition;
    }
}

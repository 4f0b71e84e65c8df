package org.mtrljudge.schemas.topic;

import java.util.Comparator;
import java.util.List;

/**
 * Where a record lies in a topic. The order is by offset, and by partition where offsets are equal: it is the same for every reader, and
 * close to the order in time where the partitions fill evenly.
 *
 * @param partition the partition, from 0
 * @param offset the offset in the partition
 */
public record LogOffset(int partition, long offset) implements Comparable<LogOffset> {
    /** The place of the first record of a topic. */
    public static final LogOffset START = new LogOffset(0, 0);

    private static final Comparator<LogOffset> ORDER =
            Comparator.comparingLong(LogOffset::offset).thenComparingInt(LogOffset::partition);

    /** The place right after this one in the order of places. */
    public LogOffset next() {
        return new LogOffset(partition + 1, offset);
    }

    /** The first offset of a partition that is not before this place. */
    public long in(final int of) {
        return of < partition ? offset + 1 : offset;
    }

    /**
     * The first place that is not before all of these offsets.
     *
     * @param offsets an offset per partition
     */
    public static LogOffset first(final List<Long> offsets) {
        LogOffset first = null;
        for (int i = 0; i < offsets.size(); i++) {
            final LogOffset place = new LogOffset(i, offsets.get(i));
            first = first == null || place.compareTo(first) < 0 ? place : first;
        }
        return first == null ? START : first;
    }

    @Override
    public int compareTo(final LogOffset other) {
        return ORDER.compare(this, other);
    }

    /** As messages say it. Most topics have one partition, which is then not named. */
    @Override
    public String toString() {
        return partition == 0 ? "offset " + offset : "offset " + offset + " of partition " + partition;
    }
}

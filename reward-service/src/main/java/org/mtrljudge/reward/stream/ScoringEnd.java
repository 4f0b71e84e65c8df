package org.mtrljudge.reward.stream;

import java.util.List;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.stream.IntStream;

/** The end of a replay in each partition of the rollouts, and how far the replay has come. */
public final class ScoringEnd {
    private final List<Long> offsets;
    // the offset after the last processed record, committed or not
    private final AtomicLongArray reached;

    /** @param offsets the first offset of each partition that is not scored */
    public ScoringEnd(final List<Long> offsets) {
        this.offsets = List.copyOf(offsets);
        this.reached = new AtomicLongArray(offsets.size());
    }

    /** The number of partitions that the replay reads. */
    public int partitions() {
        return offsets.size();
    }

    /** Of these offsets, the number of records before the end. */
    public long records(final List<Long> upTo) {
        return IntStream.range(0, partitions())
                .mapToLong(i -> Math.min(upTo.get(i), offsets.get(i)))
                .sum();
    }

    boolean isBeforeEnd(final int partition, final long offset) {
        return partition < partitions() && offset < offsets.get(partition);
    }

    /** All records of the partition before this offset are processed and committed. */
    public void committed(final int partition, final long offset) {
        reached.accumulateAndGet(partition, offset, Math::max);
    }

    /** The records of the partition before this offset were processed. After a failed transaction it can go back. */
    void processed(final int partition, final long offset) {
        if (partition < partitions()) {
            reached.set(partition, offset);
        }
    }

    boolean isReached(final int partition) {
        return partition >= partitions() || reached.get(partition) >= offsets.get(partition);
    }

    /** Whether all records before the end were processed. */
    public boolean isReached() {
        return IntStream.range(0, partitions()).allMatch(this::isReached);
    }

    /** The first offset of the partition that is not scored. */
    long offset(final int partition) {
        return partition < partitions() ? offsets.get(partition) : 0;
    }
}

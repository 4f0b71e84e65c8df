package org.mtrljudge.tasks.source;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleSource;

/**
 * The places of one task's examples in one split, while they are collected. Ten million rows take 240 MB here. Rows of one pair become a
 * ring: each names the next, and the last the first.
 */
final class SectionRows {
    /** A row in an index: the offset and the length of its line, the number of its line, and the next row of its pair. */
    static final int ROW_BYTES = Long.BYTES + 3 * Integer.BYTES;

    /** The next row of a row without a pair. */
    static final int ALONE = -1;

    private static final int ROW_BITS = 31;
    private static final int FIRST_CAPACITY = 16;
    private static final int WRITTEN_TOGETHER = 4096;

    private long[] offsets = new long[FIRST_CAPACITY];
    private int[] lengths = new int[FIRST_CAPACITY];
    private int[] lines = new int[FIRST_CAPACITY];
    private int size;
    /** 64 bits of the digest of each row's pair, 0 without a pair; null while no row has a pair. */
    private long @Nullable [] pairs;

    void add(final long offset, final int length, final int line, final @Nullable String pair) {
        if (size == offsets.length) {
            final int capacity = (int) Math.min(Integer.MAX_VALUE - 8L, size + (size >> 1) + 1L);
            offsets = Arrays.copyOf(offsets, capacity);
            lengths = Arrays.copyOf(lengths, capacity);
            lines = Arrays.copyOf(lines, capacity);
            pairs = pairs == null ? null : Arrays.copyOf(pairs, capacity);
        }
        offsets[size] = offset;
        lengths[size] = length;
        lines[size] = line;
        if (pair != null) {
            if (pairs == null) {
                pairs = new long[offsets.length];
            }
            pairs[size] = hash(pair);
        }
        size++;
    }

    private static long hash(final String pair) {
        final String digest = Sha256.of(ByteBuffer.wrap(pair.getBytes(StandardCharsets.UTF_8)));
        final long hash = Long.parseUnsignedLong(digest.substring(0, 16), 16);
        return hash == 0 ? 1 : hash;
    }

    int size() {
        return size;
    }

    /** Makes the exception for a pair that is not as the others. */
    interface WrongPair {
        /** @param orders the number of rows of its pair */
        DataException of(long offset, int length, int line, int orders);
    }

    /**
     * For each row the next row of its pair, {@link #ALONE} without one.
     *
     * @param tooMany makes the exception for the first row that a pair has too much
     * @param unequal makes the exception for a pair that has not as many rows as another; pairs of one row are not compared
     */
    int[] rings(final WrongPair tooMany, final WrongPair unequal) {
        final int[] nexts = new int[size];
        Arrays.fill(nexts, ALONE);
        final long[] keys = sortedPairs();
        int orders = 0;
        for (int from = 0, to; from < keys.length; from = to) {
            to = from + 1;
            while (to < keys.length && pair(keys[to]) == pair(keys[from])) {
                to++;
            }
            if (to - from > ExampleSource.MAX_ORDERS) {
                throw wrong(tooMany, row(keys[from + ExampleSource.MAX_ORDERS]), to - from);
            }
            if (to - from > 1) {
                orders = orders == 0 ? to - from : orders;
                if (orders != to - from) {
                    throw wrong(unequal, row(keys[from]), orders);
                }
                for (int i = from; i < to; i++) {
                    nexts[row(keys[i])] = row(keys[i + 1 == to ? from : i + 1]);
                }
            }
        }
        return nexts;
    }

    private DataException wrong(final WrongPair wrong, final int row, final int orders) {
        return wrong.of(offsets[row], lengths[row], lines[row], orders);
    }

    /** The rows with a pair, by pair and row: the upper bits of a key are those of the pair, the lower ones are the row. */
    private long[] sortedPairs() {
        if (pairs == null) {
            return new long[0];
        }
        final long[] keys = new long[size];
        int count = 0;
        for (int row = 0; row < size; row++) {
            if (pairs[row] != 0) {
                keys[count++] = pairs[row] >>> ROW_BITS << ROW_BITS | row;
            }
        }
        final long[] sorted = Arrays.copyOf(keys, count);
        Arrays.sort(sorted);
        separate(sorted);
        return sorted;
    }

    /** Pairs that are equal in the upper bits only are put one after the other. */
    private void separate(final long[] sorted) {
        for (int i = 1; i < sorted.length; i++) {
            final long key = sorted[i];
            int at = i;
            while (at > 0 && isMixed(sorted[at - 1], key)) {
                sorted[at] = sorted[at - 1];
                at--;
            }
            sorted[at] = key;
        }
    }

    private boolean isMixed(final long before, final long key) {
        return before >>> ROW_BITS == key >>> ROW_BITS && Long.compareUnsigned(pair(before), pair(key)) > 0;
    }

    private long pair(final long key) {
        return pairs == null ? 0 : pairs[row(key)];
    }

    private static int row(final long key) {
        return (int) (key & Integer.MAX_VALUE);
    }

    /** Writes all rows, {@link #ROW_BYTES} each. */
    void writeTo(final WritableByteChannel out, final int[] nexts) throws IOException {
        final ByteBuffer rows = ByteBuffer.allocate(WRITTEN_TOGETHER * ROW_BYTES);
        for (int row = 0; row < size; row++) {
            rows.putLong(offsets[row]).putInt(lengths[row]).putInt(lines[row]).putInt(nexts[row]);
            if (!rows.hasRemaining() || row + 1 == size) {
                rows.flip();
                while (rows.hasRemaining()) {
                    out.write(rows);
                }
                rows.clear();
            }
        }
    }
}

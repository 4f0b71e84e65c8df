package org.mtrljudge.learner.prompts;

import java.util.SplittableRandom;

/** A random order of the examples of a task: each index once. The seed decides it. */
interface EpochOrder {
    /** A list of more examples would take too much memory, so their order is computed. */
    int MAX_LISTED = 1 << 20;

    /** The number of examples. */
    int size();

    /** The example at a position of the order, both counted from 0. */
    int at(int position);

    static EpochOrder of(final int size, final long seed) {
        return size <= MAX_LISTED ? Listed.shuffled(size, seed) : new Computed(size, seed);
    }

    /** A shuffled list. */
    record Listed(int[] indices) implements EpochOrder {
        private static Listed shuffled(final int size, final long seed) {
            final SplittableRandom random = new SplittableRandom(seed);
            final int[] indices = new int[size];
            for (int i = 0; i < size; i++) {
                final int at = random.nextInt(i + 1);
                indices[i] = indices[at];
                indices[at] = i;
            }
            return new Listed(indices);
        }

        @Override
        public int size() {
            return indices.length;
        }

        @Override
        public int at(final int position) {
            return indices[position];
        }
    }

    /**
     * A Feistel network over the numbers of an even count of bits (Luby and Rackoff 1988), which permutes them. Where a number is not one of
     * the examples, the network is applied to it again (cycle walking, Black and Rogaway 2002).
     */
    final class Computed implements EpochOrder {
        private static final int ROUNDS = 6;

        private final int size;
        private final int halfBits;
        private final long[] keys;

        Computed(final int size, final long seed) {
            this.size = size;
            final int bits = Integer.SIZE - Integer.numberOfLeadingZeros(Math.max(1, size - 1));
            this.halfBits = (bits + 1) / 2;
            this.keys = new SplittableRandom(seed).longs(ROUNDS).toArray();
        }

        @Override
        public int size() {
            return size;
        }

        @Override
        public int at(final int position) {
            if (position < 0 || position >= size) {
                throw new IndexOutOfBoundsException(position);
            }
            long number = position;
            do {
                number = permuted(number);
            } while (number >= size);
            return (int) number;
        }

        private long permuted(final long number) {
            final long mask = (1L << halfBits) - 1;
            long left = number >>> halfBits;
            long right = number & mask;
            for (final long key : keys) {
                final long next = left ^ new SplittableRandom(right ^ key).nextLong() & mask;
                left = right;
                right = next;
            }
            return left << halfBits | right;
        }
    }
}

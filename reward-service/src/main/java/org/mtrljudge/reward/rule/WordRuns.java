package org.mtrljudge.reward.rule;

/**
 * The runs of words in a text. Words and runs are compared by 64-bit hashes, and no string is created, because a replay reads millions of
 * completions. Two different runs among n are taken for equal with a probability of about n² / 2⁶⁵.
 */
final class WordRuns {
    // the golden ratio in 64 bits, which spreads neighbouring values
    private static final long MULTIPLIER = 0x9E3779B97F4A7C15L;

    // [words at most]; the hash of each word, never 0
    private final long[] words;
    private final int count;

    private WordRuns(final long[] words, final int count) {
        this.words = words;
        this.count = count;
    }

    static WordRuns of(final String text) {
        final char[] characters = text.toCharArray();
        final long[] words = new long[characters.length / 2 + 1];
        int count = 0;
        long hash = 0;
        for (final char c : characters) {
            if (isSpace(c)) {
                words[count] = hash;
                count += hash == 0 ? 0 : 1;
                hash = 0;
            } else {
                hash = mixed(hash, c);
            }
        }
        words[count] = hash;
        count += hash == 0 ? 0 : 1;
        return new WordRuns(words, count);
    }

    private static long mixed(final long hash, final long next) {
        return (hash ^ next) * MULTIPLIER + 1;
    }

    private static boolean isSpace(final char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** The number of runs of {@code length} words; 0 or less when the text is shorter. */
    int count(final int length) {
        return count - length + 1;
    }

    /** The number of different runs of {@code length} words. */
    int distinct(final int length) {
        final int runs = count(length);
        // the runs so far, by their highest bits; 0 is an empty slot
        final long[] slots = new long[tableSize(runs)];
        final int shift = Long.numberOfLeadingZeros(slots.length - 1);
        int distinct = 0;
        for (int start = 0; start < runs; start++) {
            long hash = 0;
            for (int i = 0; i < length; i++) {
                hash = mixed(hash, words[start + i]);
            }
            int slot = (int) (hash >>> shift);
            while (slots[slot] != 0 && slots[slot] != hash) {
                slot = (slot + 1) & (slots.length - 1);
            }
            distinct += slots[slot] == 0 ? 1 : 0;
            slots[slot] = hash;
        }
        return distinct;
    }

    /** A power of two that is at least twice {@code entries}, so that open addressing finds a free slot soon. */
    private static int tableSize(final int entries) {
        return Integer.highestOneBit(Math.max(2, entries) * 2 - 1) * 2;
    }
}

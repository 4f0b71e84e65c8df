package org.mtrljudge.reward.rule;

/**
 * The runs of words in a text. Words get numbers and runs are compared by these numbers. No string is created, because a replay
 * reads millions of completions.
 */
final class WordRuns {
    // [words]; equal words have equal numbers
    private final int[] words;

    private WordRuns(final int[] words) {
        this.words = words;
    }

    static WordRuns of(final String text) {
        final int most = text.length() / 2 + 1;
        final int[] starts = new int[most]; // [words]
        final int[] lengths = new int[most]; // [words]
        final int[] hashes = new int[most]; // [words]
        int count = 0;
        int at = 0;
        while (at < text.length()) {
            final int start = at;
            int hash = 0;
            while (at < text.length() && !isSpace(text.charAt(at))) {
                hash = 31 * hash + text.charAt(at++);
            }
            if (at > start) {
                starts[count] = start;
                lengths[count] = at - start;
                hashes[count++] = hash;
            }
            at++;
        }
        return new WordRuns(numbers(text, starts, lengths, hashes, count));
    }

    /** The number of each word: the index of the first equal word. */
    private static int[] numbers(
            final String text, final int[] starts, final int[] lengths, final int[] hashes, final int count) {
        final int[] numbers = new int[count];
        // word number + 1, by hash; 0 is an empty slot
        final int[] slots = new int[tableSize(count)];
        for (int word = 0; word < count; word++) {
            int slot = spread(hashes[word]) & (slots.length - 1);
            while (slots[slot] != 0) {
                final int known = slots[slot] - 1;
                if (hashes[known] == hashes[word]
                        && lengths[known] == lengths[word]
                        && text.regionMatches(starts[known], text, starts[word], lengths[word])) {
                    break;
                }
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] == 0) {
                slots[slot] = word + 1;
            }
            numbers[word] = slots[slot] - 1;
        }
        return numbers;
    }

    private static boolean isSpace(final char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** The number of runs of {@code length} words; 0 or less when the text is shorter. */
    int count(final int length) {
        return words.length - length + 1;
    }

    /** The number of different runs of {@code length} words. */
    int distinct(final int length) {
        final int runs = count(length);
        // start of the run + 1, by hash; 0 is an empty slot
        final int[] slots = new int[tableSize(runs)];
        int distinct = 0;
        for (int start = 0; start < runs; start++) {
            int hash = 0;
            for (int i = 0; i < length; i++) {
                hash = 31 * hash + words[start + i];
            }
            int slot = spread(hash) & (slots.length - 1);
            while (slots[slot] != 0 && !isRun(start, slots[slot] - 1, length)) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] == 0) {
                slots[slot] = start + 1;
                distinct++;
            }
        }
        return distinct;
    }

    private boolean isRun(final int one, final int other, final int length) {
        int i = 0;
        while (i < length && words[one + i] == words[other + i]) {
            i++;
        }
        return i == length;
    }

    /** A power of two that is at least twice {@code entries}, so that open addressing finds a free slot soon. */
    private static int tableSize(final int entries) {
        return Integer.highestOneBit(Math.max(2, entries) * 2 - 1) * 2;
    }

    private static int spread(final int hash) {
        final int mixed = hash * 0x9E3779B9;
        return mixed ^ mixed >>> 16;
    }
}

package org.mtrljudge.reward;

import java.util.Arrays;

/**
 * The runs of words in a text. Words are numbered in place and runs compared by number, so that no string is made: a replay looks at
 * millions of completions.
 */
final class WordRuns {
    private final int[] words; // [words]: equal words have equal numbers

    private WordRuns(final int[] words) {
        this.words = words;
    }

    static WordRuns of(final String text) {
        final int most = text.length() / 2 + 1;
        final int[] numbers = new int[most];
        final int[] starts = new int[most]; // [number]: where the word stands first
        final int[] lengths = new int[most];
        final int[] slots = new int[tableSize(most)]; // number + 1, by hash
        int count = 0;
        int known = 0;
        int at = 0;
        while (at < text.length()) {
            if (isSpace(text.charAt(at))) {
                at++;
                continue;
            }
            final int start = at;
            int hash = 0;
            while (at < text.length() && !isSpace(text.charAt(at))) {
                hash = 31 * hash + text.charAt(at++);
            }
            int slot = spread(hash) & (slots.length - 1);
            while (slots[slot] != 0 && !isWord(text, start, at - start, starts, lengths, slots[slot] - 1)) {
                slot = (slot + 1) & (slots.length - 1);
            }
            if (slots[slot] == 0) {
                starts[known] = start;
                lengths[known] = at - start;
                slots[slot] = ++known;
            }
            numbers[count++] = slots[slot] - 1;
        }
        return new WordRuns(Arrays.copyOf(numbers, count));
    }

    private static boolean isWord(
            final String text,
            final int start,
            final int length,
            final int[] starts,
            final int[] lengths,
            final int number) {
        return lengths[number] == length && text.regionMatches(starts[number], text, start, length);
    }

    private static boolean isSpace(final char c) {
        return c == ' ' || c >= '\t' && c <= '\r';
    }

    /** How many runs of so many words there are; 0 or less in a shorter text. */
    int count(final int length) {
        return words.length - length + 1;
    }

    /** How many of them are different. */
    int distinct(final int length) {
        final int runs = count(length);
        final int[] slots = new int[tableSize(runs)]; // start + 1, by hash
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
        return Arrays.equals(words, one, one + length, words, other, other + length);
    }

    /** A power of two at least twice as large: an open table finds a free place soon. */
    private static int tableSize(final int entries) {
        return Integer.highestOneBit(Math.max(2, entries) * 2 - 1) * 2;
    }

    private static int spread(final int hash) {
        final int mixed = hash * 0x9E3779B9;
        return mixed ^ mixed >>> 16;
    }
}

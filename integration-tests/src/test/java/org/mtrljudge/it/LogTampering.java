package org.mtrljudge.it;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.CRC32C;

/** Changes bytes in a topic's segment as somebody with access to the broker's disk could, and corrects the batch's checksum. */
final class LogTampering {
    // Bytes of the base offset and of the length, which the length itself does not count.
    private static final int BATCH_START = 12;
    private static final int CRC_AT = 17;
    private static final int CRC_FROM = 21;

    private LogTampering() {}

    /** Replaces the first occurrence of words after a mark by other words of the same length. The broker must not be running. */
    static void replace(final Path kafka, final String topic, final String after, final String words, final String by)
            throws IOException {
        final Path segment = kafka.resolve(topic + "-0").resolve("00000000000000000000.log");
        final byte[] log = Files.readAllBytes(segment);
        final int mark = indexOf(log, after.getBytes(StandardCharsets.UTF_8), 0);
        final int at = indexOf(log, words.getBytes(StandardCharsets.UTF_8), mark);
        if (mark < 0 || at < 0 || words.length() != by.length()) {
            throw new IOException("'" + words + "' is not in " + segment + ", or not as long as '" + by + "'");
        }
        System.arraycopy(by.getBytes(StandardCharsets.UTF_8), 0, log, at, by.length());
        Files.write(segment, withFittingChecksum(log, at));
    }

    /** Inverts the bits of the byte that is this many bytes before the segment's end. */
    static void flip(final Path kafka, final String topic, final int fromEnd) throws IOException {
        final Path segment = kafka.resolve(topic + "-0").resolve("00000000000000000000.log");
        final byte[] log = Files.readAllBytes(segment);
        final int at = log.length - fromEnd;
        log[at] = (byte) ~log[at];
        Files.write(segment, withFittingChecksum(log, at));
    }

    /** Computes a new checksum for the batch that contains this position, and returns the log. */
    private static byte[] withFittingChecksum(final byte[] log, final int at) {
        final ByteBuffer buffer = ByteBuffer.wrap(log);
        int start = 0;
        int end = 0;
        while (end <= at) {
            start = end;
            end = start + BATCH_START + buffer.getInt(start + 8);
        }
        final CRC32C crc = new CRC32C();
        crc.update(log, start + CRC_FROM, end - start - CRC_FROM);
        buffer.putInt(start + CRC_AT, (int) crc.getValue());
        return log;
    }

    private static int indexOf(final byte[] log, final byte[] words, final int from) {
        for (int at = Math.max(0, from); at + words.length <= log.length; at++) {
            int same = 0;
            while (same < words.length && log[at + same] == words[same]) {
                same++;
            }
            if (same == words.length) {
                return at;
            }
        }
        return -1;
    }
}

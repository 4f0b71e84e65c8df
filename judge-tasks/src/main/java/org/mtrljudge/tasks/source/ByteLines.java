package org.mtrljudge.tasks.source;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.DataException;

/** The lines of a stream that are not empty, with their places. A line ends with LF, CR, or both. */
final class ByteLines {
    private static final int END = -1;

    private final InputStream in;
    private final int limit;
    private final IntFunction<DataException> tooLong;
    private final byte[] buffer = new byte[1 << 16];
    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private int next;
    private int filled;
    private long position;
    private int number = 1;
    private boolean afterReturn;

    /**
     * A line without its end.
     *
     * @param offset the number of bytes before it
     * @param number counted from 1
     */
    record Line(long offset, byte[] bytes, int number) {}

    /** @param tooLong makes the exception for the number of a line that is longer than the limit in bytes */
    ByteLines(final InputStream in, final int limit, final IntFunction<DataException> tooLong) {
        this.in = in;
        this.limit = limit;
        this.tooLong = tooLong;
    }

    /** The next line; null after the last. */
    @Nullable
    Line next() throws IOException {
        line.reset();
        for (int read = read(); read != END; read = read()) {
            final int here = number;
            if (read == '\r' || read == '\n') {
                // both together are one end
                number += read == '\r' || !afterReturn ? 1 : 0;
                afterReturn = read == '\r';
                if (line.size() > 0) {
                    return new Line(position - 1 - line.size(), line.toByteArray(), here);
                }
            } else {
                afterReturn = false;
                line.write(read);
                if (line.size() > limit) {
                    throw tooLong.apply(here);
                }
            }
        }
        return line.size() == 0 ? null : new Line(position - line.size(), line.toByteArray(), number);
    }

    private int read() throws IOException {
        if (next == filled) {
            filled = in.read(buffer);
            next = 0;
            if (filled < 0) {
                filled = 0;
                return END;
            }
        }
        position++;
        return buffer[next++] & 0xff;
    }
}

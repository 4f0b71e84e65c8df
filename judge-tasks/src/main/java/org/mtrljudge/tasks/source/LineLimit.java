package org.mtrljudge.tasks.source;

import java.io.FilterReader;
import java.io.IOException;
import java.io.Reader;
import java.util.function.IntFunction;
import org.mtrljudge.tasks.DataException;

/** Refuses a line that is too long while it is read: a file without line ends would otherwise fill the memory. */
final class LineLimit extends FilterReader {
    private final int limit;
    private final IntFunction<DataException> tooLong;
    private int line = 1;
    private int length;

    /** @param tooLong makes the exception for the number of a line that is longer than the limit */
    LineLimit(final Reader in, final int limit, final IntFunction<DataException> tooLong) {
        super(in);
        this.limit = limit;
        this.tooLong = tooLong;
    }

    @Override
    public int read() throws IOException {
        final int read = super.read();
        if (read >= 0) {
            count((char) read);
        }
        return read;
    }

    @Override
    public int read(final char[] into, final int offset, final int count) throws IOException {
        final int read = super.read(into, offset, count);
        for (int i = 0; i < read; i++) {
            count(into[offset + i]);
        }
        return read;
    }

    private void count(final char read) {
        if (read == '\n' || read == '\r') {
            line += read == '\n' ? 1 : 0;
            length = 0;
        } else if (++length > limit) {
            throw tooLong.apply(line);
        }
    }
}

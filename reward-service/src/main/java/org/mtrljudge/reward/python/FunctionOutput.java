package org.mtrljudge.reward.python;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts what a function prints into the log, and drops what is too much: a function may print without end. */
final class FunctionOutput implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(FunctionOutput.class);
    /** In bytes. */
    private static final int MAX_LINE = 2000;

    private static final int MAX_LINES = 200;
    private static final long WINDOW_MS = 60_000;

    private final String name;
    private final InputStream printed;
    private final byte[] line = new byte[MAX_LINE];
    private int length;
    private long windowStartMs = System.currentTimeMillis();
    private int lines;

    FunctionOutput(final String name, final InputStream printed) {
        this.name = name;
        this.printed = printed;
    }

    /** Reads until the process ends. */
    @Override
    public void run() {
        final byte[] buffer = new byte[8192];
        try {
            for (int read = printed.read(buffer); read >= 0; read = printed.read(buffer)) {
                add(buffer, read);
            }
        } catch (final IOException e) {
            LOG.debug("the output of {} ended: {}", name, e.getMessage());
        }
    }

    private void add(final byte[] bytes, final int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                log();
            } else if (length < MAX_LINE) {
                line[length++] = bytes[i];
            }
        }
    }

    private void log() {
        final long now = System.currentTimeMillis();
        if (now - windowStartMs > WINDOW_MS) {
            windowStartMs = now;
            lines = 0;
        }
        lines++;
        if (lines < MAX_LINES) {
            LOG.info("{}: {}", name, new String(line, 0, length, StandardCharsets.UTF_8));
        } else if (lines == MAX_LINES) {
            LOG.warn("{} prints more than {} lines a minute: the rest of this minute is dropped", name, MAX_LINES);
        }
        length = 0;
    }
}

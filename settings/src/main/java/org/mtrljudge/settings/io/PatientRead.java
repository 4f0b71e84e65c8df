package org.mtrljudge.settings.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** Reads a file again when its disk or network fails for a moment. A file that is missing or forbidden is not tried again. */
public final class PatientRead {
    private static final int ATTEMPTS = 6;

    /** With it, all attempts together last 6.2 s. */
    static final long FIRST_PAUSE_MS = 200;

    private PatientRead() {}

    /** Reads a whole file. */
    public interface Reading {
        byte[] read(Path file) throws IOException;
    }

    /**
     * Reads a file in a way of the caller.
     *
     * @param firstPauseMs the pause after the first attempt; it doubles from then on
     * @throws IOException when the file is missing or forbidden, or when every attempt fails
     */
    static byte[] of(final Path file, final Reading reading, final long firstPauseMs) throws IOException {
        long pauseMs = firstPauseMs;
        for (int attempt = 1; ; attempt++) {
            try {
                return reading.read(file);
            } catch (final NoSuchFileException | AccessDeniedException e) {
                throw e;
            } catch (final IOException e) {
                if (attempt == ATTEMPTS || !paused(pauseMs)) {
                    throw e;
                }
                pauseMs *= 2;
            }
        }
    }

    private static boolean paused(final long ms) {
        try {
            Thread.sleep(ms);
            return true;
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}

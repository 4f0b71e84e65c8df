package org.mtrljudge.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** The resident memory of this process in bytes, as Linux reports it; −1 on other systems. */
public final class ResidentMemory {
    private static final Path STATUS = Path.of("/proc/self/status");
    private static final Path CLEAR = Path.of("/proc/self/clear_refs");

    private ResidentMemory() {}

    /** The peak since the start of the process or the last {@link #forgetPeak}. */
    public static long peakBytes() {
        return bytes("VmHWM:");
    }

    public static long bytes() {
        return bytes("VmRSS:");
    }

    /** Resets the peak to the current resident memory. */
    public static void forgetPeak() throws IOException {
        Files.writeString(CLEAR, "5");
    }

    private static long bytes(final String key) {
        try {
            for (final String line : Files.isReadable(STATUS) ? Files.readAllLines(STATUS) : List.<String>of()) {
                if (line.startsWith(key)) {
                    return Long.parseLong(line.replaceAll("\\D", "")) << 10;
                }
            }
            return -1;
        } catch (final IOException e) {
            return -1;
        }
    }
}

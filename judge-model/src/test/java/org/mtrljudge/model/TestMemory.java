package org.mtrljudge.model;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** The memory of this process, for tests of what is freed. */
public final class TestMemory {
    private static final Path STATUS = Path.of("/proc/self/statm");
    private static final long PAGE_BYTES = 4096;

    private TestMemory() {}

    public static long residentBytes() throws IOException {
        assumeTrue(Files.exists(STATUS), "resident memory is read from " + STATUS);
        return Long.parseLong(Files.readString(STATUS).split(" ")[1]) * PAGE_BYTES;
    }
}

package org.mtrljudge.settings.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ContentDigestTest {
    private static final int BYTES = 10 << 20;

    @TempDir
    private Path folder;

    private String digest(final String name, final byte[] bytes) throws IOException {
        return ContentDigest.of(Files.write(folder.resolve(name), bytes), file -> true);
    }

    private String changedAt(final int size, final int at) throws IOException {
        final byte[] bytes = new byte[size];
        bytes[at] = 1;
        return digest("changed", bytes);
    }

    @Test
    void shouldReadSmallFilesWholeAndOfLargeFilesTheStartTheEndAndTheSize() throws IOException {
        final String small = digest("small", new byte[100_000]);
        assertThat(digest("moved", new byte[100_000])).isEqualTo(small);
        assertThat(changedAt(100_000, 70_000)).isNotEqualTo(small);
        assertThat(changedAt(100_000, 99_999)).isNotEqualTo(small);
        final String large = digest("large", new byte[BYTES]);
        assertThat(changedAt(BYTES, 0)).isNotEqualTo(large);
        assertThat(changedAt(BYTES, BYTES - 1)).isNotEqualTo(large);
        assertThat(digest("longer", new byte[BYTES + 1])).isNotEqualTo(large);
    }
}

package org.mtrljudge.settings.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class PatientReadTest {
    private static final Path FILE = Path.of("a.png");
    private final AtomicInteger attempts = new AtomicInteger();

    @Test
    void shouldReadAFileWhoseDiskFailedForAMoment() throws IOException {
        final byte[] read = PatientRead.of(
                FILE,
                file -> {
                    if (attempts.incrementAndGet() < 4) {
                        throw new IOException("stale file handle");
                    }
                    return new byte[] {7};
                },
                1);
        assertThat(read).containsExactly(7);
        assertThat(attempts).hasValue(4);
    }

    @Test
    void shouldGiveUpAfterSixAttempts() {
        assertThatThrownBy(() -> PatientRead.of(
                        FILE,
                        file -> {
                            attempts.incrementAndGet();
                            throw new IOException("input/output error");
                        },
                        1))
                .hasMessage("input/output error");
        assertThat(attempts).hasValue(6);
    }

    @Test
    void shouldTryAMissingFileOnce() {
        assertThatThrownBy(() -> PatientRead.of(
                        FILE,
                        file -> {
                            attempts.incrementAndGet();
                            throw new NoSuchFileException("a.png");
                        },
                        1))
                .isInstanceOf(NoSuchFileException.class);
        assertThat(attempts).hasValue(1);
    }
}

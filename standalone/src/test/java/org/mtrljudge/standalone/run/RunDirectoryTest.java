package org.mtrljudge.standalone.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.standalone.RunException;

class RunDirectoryTest {
    @TempDir
    private Path runs;

    @Test
    void shouldRefuseAFullDiskAndLeaveNoFolder() {
        assertThatThrownBy(() -> RunDirectory.create(runs, "r", Long.MAX_VALUE))
                .isInstanceOf(RunException.class)
                .hasMessageContaining("MB free")
                .hasMessageContaining("--runs DIR");
        assertThat(runs.resolve("r")).doesNotExist();
    }

    @Test
    void shouldRefuseAnExistingRunAndBadNames() {
        RunDirectory.create(runs, "r", 0);
        assertThatThrownBy(() -> RunDirectory.create(runs, "r", 0)).isInstanceOf(UsageException.class);
        for (final String name : new String[] {"", "../x", "a b", "-a", "a".repeat(101)}) {
            assertThatThrownBy(() -> RunDirectory.create(runs, name, 0))
                    .hasMessageContaining("names have 1 to 100 letters");
        }
    }

    @Test
    void shouldLeaveNoUnfinishedFile() {
        final RunDirectory directory = RunDirectory.create(runs, "r", 0);
        directory.writeJson("summary.json", Map.of("steps", 3));
        assertThat(directory.path().resolve("summary.json")).content().contains("\"steps\" : 3");
        assertThat(Files.exists(directory.path().resolve("summary.json.unfinished")))
                .isFalse();
    }
}

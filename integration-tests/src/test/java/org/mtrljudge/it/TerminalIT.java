package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;

/** What a command says in the terminal, in a process of its own: logs go to files. */
class TerminalIT {
    @TempDir
    private Path folder;

    @Test
    void shouldSayWhatIsWrongInOneLine() throws Exception {
        final Path out = folder.resolve("out.txt");
        // a small young generation: a collection in between must not bring the logs back to the terminal
        final Process process = JavaProcess.start(
                JavaProcess.of(
                        Judge.class, List.of("-Xmx1g", "-XX:+UseSerialGC", "-Xmn16m"), "train", "--set", "nosuch=1"),
                out.toFile());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(Files.readAllLines(out))
                .singleElement()
                .asString()
                .startsWith("judge: unknown setting 'nosuch'; allowed here: actor");
    }
}

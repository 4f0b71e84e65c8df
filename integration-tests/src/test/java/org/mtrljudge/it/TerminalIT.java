package org.mtrljudge.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.mtrljudge.cli.Judge;
import org.slf4j.LoggerFactory;

/** What a command says in the terminal, in a process of its own: logs go to files. */
class TerminalIT {
    @TempDir
    private Path folder;

    /** Runs in a child process. */
    static final class LogsAfterACollection {
        public static void main(final String[] arguments) {
            Judge.execute("--version");
            // what nothing holds is forgotten here, the logs' configuration too
            System.gc();
            LoggerFactory.getLogger(TerminalIT.class).error("a log line");
        }
    }

    private List<String> said(final Class<?> main, final int status, final String... arguments) throws Exception {
        final Path out = folder.resolve("out.txt");
        final Process process =
                JavaProcess.start(JavaProcess.of(main, List.of("-Xmx1g", "-XX:+UseSerialGC"), arguments), out.toFile());
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(status);
        return Files.readAllLines(out);
    }

    @Test
    void shouldSayWhatIsWrongInOneLine() throws Exception {
        assertThat(said(Judge.class, 2, "train", "--set", "nosuch=1"))
                .singleElement()
                .asString()
                .startsWith("judge: unknown setting 'nosuch'; allowed here: actor");
    }

    @Test
    void shouldKeepLogsOffTheTerminalAfterACollection() throws Exception {
        assertThat(said(LogsAfterACollection.class, 0)).containsExactly("0.1.0");
    }
}

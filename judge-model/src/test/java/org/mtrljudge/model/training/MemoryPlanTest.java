package org.mtrljudge.model.training;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The memory of a training step that is planned is the memory that it takes, on the CPU. */
@EnabledOnOs(OS.LINUX)
class MemoryPlanTest {
    private static final double TOLERANCE = 0.15;
    private static final long LIMIT_SECONDS = 300;

    @TempDir
    private static Path folder;

    private static Path checkpoint;

    @BeforeAll
    static void write() throws IOException {
        checkpoint = MemoryOfAStep.checkpoint(folder);
    }

    @ParameterizedTest
    @CsvSource({"F32, false", "F32, true", "BF16, false", "BF16, true"})
    void shouldPlanTheMemoryOfAStep(final String type, final boolean checkpointing) throws Exception {
        final ProcessBuilder builder = new ProcessBuilder(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xms64m",
                "-Xmx64m",
                "-XX:+AlwaysPreTouch",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                MemoryOfAStep.class.getName(),
                checkpoint.toString(),
                type,
                String.valueOf(checkpointing)));
        // each thread has buffers of its own
        builder.environment().put("OMP_NUM_THREADS", "2");
        builder.environment().put("MALLOC_ARENA_MAX", "2");
        builder.environment().put("THP_MEM_ALLOC_ENABLE", "1");
        final Path output = folder.resolve(type + checkpointing);
        final Process step = builder.redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            assertThat(step.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS))
                    .as(output.toString())
                    .isTrue();
        } finally {
            step.destroyForcibly();
        }
        final String printed = Files.readString(output);
        assertThat(step.exitValue()).as(printed).isZero();
        final Scanner scanner = new Scanner(printed.substring(printed.indexOf("measured")));
        scanner.next();
        final double measured = scanner.nextLong();
        scanner.next();
        final double planned = scanner.nextLong();
        assertThat(planned).as(printed).isCloseTo(measured, within(TOLERANCE * measured));
    }
}

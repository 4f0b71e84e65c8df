package org.mtrljudge.standalone;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** For benchmarks: this command line in a process of its own, that can be killed and pinned to cores. */
final class JudgeChild implements AutoCloseable {
    private final Process process;

    private JudgeChild(final Process process) {
        this.process = process;
    }

    /**
     * Starts a command.
     *
     * @param cores it may use, as taskset takes them; empty for all
     * @param log where it talks to
     */
    static JudgeChild start(final String cores, final File log, final List<String> arguments) throws IOException {
        final List<String> command = new ArrayList<>();
        if (!cores.isEmpty()) {
            command.addAll(List.of("taskset", "-c", cores));
        }
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-Djava.awt.headless=true",
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                Judge.class.getName()));
        command.addAll(arguments);
        return new JudgeChild(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                .start());
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** @return its exit code */
    int await() {
        try {
            return process.waitFor();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while a benchmark's process ran", e);
        }
    }

    /** SIGKILL. */
    @Override
    public void close() {
        process.destroyForcibly();
        await();
    }
}

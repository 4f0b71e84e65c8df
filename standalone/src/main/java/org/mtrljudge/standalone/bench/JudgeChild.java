package org.mtrljudge.standalone.bench;

import java.io.File;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.standalone.RunException;

/** For benchmarks: a command of the command line in a separate process, which can be killed and pinned to cores. */
public final class JudgeChild implements AutoCloseable {
    /**
     * Starts such processes.
     *
     * @param main the class of the command line
     * @param heap the maximum Java heap of the processes, as the option -Xmx takes it
     */
    public record Launcher(Class<?> main, String heap) {
        /** Processes with the heap of {@code ./judge}. */
        public Launcher(final Class<?> main) {
            this(main, "1g");
        }

        /**
         * Starts a command.
         *
         * @param cores the cores that the process may use, in the syntax of taskset; empty: all cores
         * @param log the file for the output of the process
         */
        JudgeChild start(final String cores, final File log, final List<String> arguments) throws IOException {
            final List<String> command = new ArrayList<>();
            if (!cores.isEmpty()) {
                command.addAll(List.of("taskset", "-c", cores));
            }
            command.addAll(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx" + heap,
                    "-Djava.awt.headless=true",
                    "-Dai.djl.offline=true"));
            // starts like ./judge: with its archive of classes, whose warnings it turns off
            ManagementFactory.getRuntimeMXBean().getInputArguments().stream()
                    .filter(option -> option.startsWith("-XX:SharedArchiveFile=") || option.endsWith("=off"))
                    .forEach(command::add);
            command.addAll(List.of("-cp", System.getProperty("java.class.path"), main.getName()));
            command.addAll(arguments);
            return new JudgeChild(new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
                    .start());
        }
    }

    private final Process process;

    private JudgeChild(final Process process) {
        this.process = process;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** @return the exit code of the process */
    int await() {
        try {
            return process.waitFor();
        } catch (final InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while a benchmark's process ran", e);
        }
    }

    /** Kills the process with SIGKILL. */
    @Override
    public void close() {
        process.destroyForcibly();
        await();
    }
}

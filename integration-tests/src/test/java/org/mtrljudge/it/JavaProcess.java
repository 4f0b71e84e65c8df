package org.mtrljudge.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Java in a separate process, so that a test can kill it as abruptly as a machine that fails. */
public final class JavaProcess {
    private JavaProcess() {}

    /** Prepares a process for a class on the class path of the tests; output and errors are one stream. */
    public static ProcessBuilder of(final Class<?> main, final List<String> jvmOptions, final String... arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-Dai.djl.offline=true", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** Starts the process; its output is appended to a file. */
    public static Process start(final ProcessBuilder builder, final File log) throws IOException {
        return builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start();
    }

    /** Sends SIGKILL: no shutdown hook runs, and no client leaves its group. */
    public static void kill(final Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}

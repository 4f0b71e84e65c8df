package org.mtrljudge.it;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Java in a process of its own, so that a test can kill it as a machine would. */
final class JavaProcess {
    private JavaProcess() {}

    /** How to start a class of the tests' own class path; output and errors are one stream. */
    static ProcessBuilder of(final Class<?> main, final List<String> jvmOptions, final String... arguments) {
        final List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(jvmOptions);
        command.addAll(List.of("-Dai.djl.offline=true", "-cp", System.getProperty("java.class.path"), main.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command).redirectErrorStream(true);
    }

    /** Starts it; what it says goes to a file. */
    static Process start(final ProcessBuilder builder, final File log) throws IOException {
        return builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log)).start();
    }

    /** SIGKILL: no shutdown hook, no goodbye to the broker. */
    static void kill(final Process process) throws InterruptedException {
        process.destroyForcibly().waitFor();
    }
}

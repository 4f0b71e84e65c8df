package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;

/** Runs the other side of a benchmark in the Python of the user. The script prints JSON. */
public final class PythonPeer {
    private PythonPeer() {}

    /**
     * Copies a script, or another resource of the benchmarks, to a folder.
     *
     * @return the file
     */
    public static Path copied(final String name, final Path folder) throws IOException {
        final Path file = folder.resolve(name);
        try (InputStream in = Objects.requireNonNull(PythonPeer.class.getResourceAsStream("/bench/" + name), name)) {
            Files.write(file, in.readAllBytes());
        }
        return file;
    }

    /** Runs a script that prints one JSON object. */
    public static JsonNode run(final String python, final Path script, final List<String> arguments)
            throws IOException {
        return Mappers.JSON.readTree(output(python, script, arguments));
    }

    /** Runs a script that prints one JSON object per line. */
    public static List<JsonNode> lines(final String python, final Path script, final List<String> arguments)
            throws IOException {
        final List<JsonNode> lines = new ArrayList<>();
        for (final String line : output(python, script, arguments).lines().toList()) {
            lines.add(Mappers.JSON.readTree(line));
        }
        return lines;
    }

    private static String output(final String python, final Path script, final List<String> arguments)
            throws IOException {
        final List<String> command = new ArrayList<>(List.of(python, script.toString()));
        command.addAll(arguments);
        final Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            if (process.waitFor() != 0) {
                throw new RunException(script.getFileName() + " ended with code " + process.exitValue(), null);
            }
        } catch (final InterruptedException e) {
            process.destroy();
            Thread.currentThread().interrupt();
            throw new RunException("interrupted while " + script.getFileName() + " ran", e);
        }
        return output;
    }
}

package org.mtrljudge.standalone.bench;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.standalone.RunException;

/** A measurement in a process of its own, so that its memory is that of one measurement. */
final class BenchProcess {
    private BenchProcess() {}

    /**
     * Runs {@code main} and returns the figures that it writes as JSON to the file of its last argument.
     *
     * @param heap the maximum Java heap, as the option -Xmx takes it
     */
    static JsonNode figures(final Class<?> main, final String heap, final List<String> arguments) throws IOException {
        final Path result = Files.createTempFile("figures", ".json");
        final List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-Dai.djl.offline=true",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
        command.addAll(arguments);
        command.add(result.toString());
        final Process process =
                new ProcessBuilder(command).redirectErrorStream(true).start();
        final String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        final JsonNode figures = Mappers.JSON.readTree(result.toFile());
        Files.delete(result);
        if (figures.isEmpty()) {
            throw new RunException("the benchmark's process failed; its output: " + output, null);
        }
        return figures;
    }
}

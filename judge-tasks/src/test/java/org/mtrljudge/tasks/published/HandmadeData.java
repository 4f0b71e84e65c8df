package org.mtrljudge.tasks.published;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import javax.imageio.ImageIO;
import org.mtrljudge.tasks.Split;

/** A folder of small handmade files in the published formats, and the data that is prepared from them. */
record HandmadeData(Path folder) {
    private static final ObjectMapper JSON = new ObjectMapper();

    byte[] picture(final int shade) throws IOException {
        final BufferedImage image = new BufferedImage(32, 32, BufferedImage.TYPE_INT_RGB);
        image.setRGB(0, 0, shade);
        final ByteArrayOutputStream out = new ByteArrayOutputStream();
        ImageIO.write(image, "png", out);
        return out.toByteArray();
    }

    void pictures(final int count) throws IOException {
        for (int i = 0; i < count; i++) {
            Files.write(folder.resolve("p" + i + ".png"), picture(i + 1));
        }
    }

    Path file(final String name, final String text) throws IOException {
        return Files.writeString(folder.resolve(name), text);
    }

    Preparation.Result prepare(
            final String set,
            final Map<Split, Path> files,
            final List<Integer> sizes,
            final Double threshold,
            final String subset) {
        return prepare(set, new Preparation.Options(files, sizes, threshold, subset, 1), folder.resolve("out"));
    }

    private Preparation.Result prepare(final String set, final Preparation.Options options, final Path to) {
        try (PreparedFolder out = new PreparedFolder(to, folder, picture -> "png")) {
            return Preparation.prepare(set, options, out);
        }
    }

    Preparation.Result prepareTest(final String set, final Path file, final String subset) {
        return prepareTest(set, file, subset, folder.resolve("out"));
    }

    Preparation.Result prepareTest(final String set, final Path file, final String subset, final Path to) {
        return prepare(set, new Preparation.Options(Map.of(Split.TEST, file), null, null, subset, 1), to);
    }

    List<JsonNode> lines() throws IOException {
        return lines(folder.resolve("out"));
    }

    List<JsonNode> lines(final Path prepared) throws IOException {
        final List<JsonNode> lines = new ArrayList<>();
        for (final String line : Files.readAllLines(prepared.resolve("data.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }
}

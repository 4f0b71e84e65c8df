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
        try (PreparedFolder out = new PreparedFolder(folder.resolve("out"), folder)) {
            return Preparation.prepare(set, new Preparation.Options(files, sizes, threshold, subset, 1), out);
        }
    }

    Preparation.Result prepareTest(final String set, final Path file, final String subset) {
        return prepare(set, Map.of(Split.TEST, file), null, null, subset);
    }

    List<JsonNode> lines() throws IOException {
        final List<JsonNode> lines = new ArrayList<>();
        for (final String line : Files.readAllLines(folder.resolve("out/data.jsonl"))) {
            lines.add(JSON.readTree(line));
        }
        return lines;
    }
}

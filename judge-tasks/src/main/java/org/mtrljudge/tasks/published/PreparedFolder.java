package org.mtrljudge.tasks.published;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.PictureFolder;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;

/**
 * A folder with data in our format. Each set is appended to {@code data.jsonl}. {@code images/} contains each picture once, with its
 * SHA-256 as its name.
 */
public final class PreparedFolder implements AutoCloseable {
    private final Path folder;
    private final PictureFolder pictures;
    private final PictureKind kind;
    private final Set<String> tasksBefore;
    private final Writer lines;

    /** Decodes pictures: what a judge cannot read is not stored. */
    public interface PictureKind {
        /**
         * The format of a picture, in lower case.
         *
         * @throws IllegalArgumentException when it is none that a judge reads, with the reason
         */
        String of(byte[] encoded);
    }

    /**
     * @param folder the folder, which is created when it is missing
     * @param pictures the folder to which the picture paths in the published files are relative
     */
    public PreparedFolder(final Path folder, final Path pictures, final PictureKind kind) {
        this.folder = folder;
        this.kind = kind;
        this.pictures = new PictureFolder(pictures);
        final Path data = folder.resolve("data.jsonl");
        try {
            Files.createDirectories(folder.resolve("images"));
            this.tasksBefore = Files.exists(data) ? tasks(data) : Set.of();
            this.lines = Files.newBufferedWriter(data, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (final IOException e) {
            throw new DataException(folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    private static Set<String> tasks(final Path data) throws IOException {
        final Set<String> tasks = new HashSet<>();
        int number = 0;
        for (final String line : Files.readAllLines(data)) {
            number++;
            try {
                tasks.add(Mappers.JSON.readTree(line).path("task").asText());
            } catch (final JsonProcessingException e) {
                throw new DataException(
                        data + ":" + number + " is not JSON: " + e.getOriginalMessage()
                                + "; repair the line, or name another folder with --out",
                        e);
            }
        }
        return tasks;
    }

    void add(final Prepared example, final Split split, final Row row) {
        if (tasksBefore.contains(example.task())) {
            throw new DataException(
                    folder + " has the task " + example.task() + " already: name another folder with --out");
        }
        final Map<String, Object> line = new LinkedHashMap<>();
        line.put("task", example.task());
        line.put("split", split.lowerName());
        line.put("prompt", example.prompt());
        final List<String> images = new ArrayList<>();
        example.pictures().forEach(picture -> images.add(store(picture, row)));
        line.put("images", images);
        line.put("answer", example.answer());
        if (example.type() instanceof Label label) {
            line.put("labels", label.labels());
        } else if (example.type() != null) {
            line.put("verdict", Mappers.JSON.<JsonNode>valueToTree(example.type()));
        }
        if (example.pair() != null) {
            line.put("pair", example.pair());
        }
        if (example.grade() != null) {
            line.put("grade", example.grade());
        }
        try {
            lines.write(Mappers.JSON.writeValueAsString(line) + "\n");
        } catch (final IOException e) {
            throw new UncheckedIOException(folder + " cannot be written: " + e.getMessage(), e);
        }
    }

    private String store(final Row.Picture picture, final Row row) {
        final byte[] bytes = picture.bytes() != null ? picture.bytes() : read(String.valueOf(picture.path()), row);
        if (bytes.length == 0 || bytes.length > PictureFolder.MAX_BYTES) {
            throw row.wrong("has a picture of " + bytes.length + " bytes, but 1 to " + PictureFolder.MAX_BYTES
                    + " are allowed");
        }
        final String name = "images/" + Sha256.of(ByteBuffer.wrap(bytes)) + "." + format(bytes, row);
        final Path file = folder.resolve(name);
        try {
            if (!Files.exists(file)) {
                Files.write(file, bytes);
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(file + " cannot be written: " + e.getMessage(), e);
        }
        return name;
    }

    private byte[] read(final String path, final Row row) {
        try {
            return pictures.read(path);
        } catch (final DataException e) {
            throw row.wrong(
                    "names the picture " + path + ", which " + e.getMessage() + " (--images says where pictures are)");
        }
    }

    private String format(final byte[] bytes, final Row row) {
        try {
            return kind.of(bytes);
        } catch (final IllegalArgumentException e) {
            throw row.wrong("has a picture that no judge can be shown: " + e.getMessage());
        }
    }

    @Override
    public void close() {
        try {
            lines.close();
        } catch (final IOException e) {
            throw new DataException(folder + " cannot be written: " + e.getMessage(), e);
        }
    }
}

package org.mtrljudge.standalone.score;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MappingIterator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * One question to the judge.
 *
 * @param text the text that the prompt of the task asks about; empty where it asks about none
 * @param images the files of the pictures, in the order of the task
 * @param own the question of a task of the user; null: the task has a prompt of its own
 */
public record Question(
        String id,
        String task,
        String text,
        List<Path> images,
        @Nullable Own own) {
    /**
     * A question as a {@code data.jsonl} has it.
     *
     * @param prompt with one {@code <image>} per picture
     */
    public record Own(String prompt, VerdictType type) {}

    /** A question of a task that has a prompt. */
    public Question(final String id, final String task, final String text, final List<Path> images) {
        this(id, task, text, images, null);
    }

    private static final TypeReference<Map<String, Object>> LINE = new TypeReference<>() {};
    private static final long MAX_IMAGE_BYTES = 64L << 20;

    /**
     * Reads questions as JSON lines, one after the other: of task, text, images and optionally id, or those of a {@code data.jsonl}, with
     * prompt and with labels or verdict.
     *
     * @throws UsageException when a line is not a JSON object, has no task or no images, or a prompt without what may be answered
     */
    public static void readAll(final Path file, final Consumer<Question> each) {
        int number = 1;
        try (MappingIterator<Map<String, Object>> lines =
                Mappers.JSON.readerFor(LINE).readValues(file.toFile())) {
            for (; lines.hasNextValue(); number++) {
                final int at = number;
                each.accept(of(lines.nextValue(), file + ":" + at, at, name -> image(file, name, at)));
            }
        } catch (final JsonProcessingException e) {
            throw new UsageException(file + ":" + number + " is not a JSON object: " + e.getOriginalMessage());
        } catch (final IOException e) {
            // also bytes that look like UTF-32 and are not
            throw new UsageException(file + ":" + number + " cannot be read: " + e);
        }
    }

    /**
     * Reads a question from the fields of a JSON object, without the places of its images: the caller reads these.
     *
     * @param where names the object in error messages
     * @throws UsageException as {@link #readAll}
     */
    public static Question of(final Map<String, Object> line, final String where) {
        return of(line, where, 1, name -> Path.of(""));
    }

    private static Question of(
            final Map<String, Object> line, final String where, final int number, final Function<String, Path> image) {
        if (!(line.get("task") instanceof String task) || !(line.get("images") instanceof List<?> names)) {
            throw new UsageException(where + " needs a text under 'task' and a list under 'images'");
        }
        return new Question(
                String.valueOf(line.getOrDefault("id", number)),
                task,
                String.valueOf(line.getOrDefault("text", "")),
                names.stream().map(name -> image.apply(String.valueOf(name))).toList(),
                line.get("prompt") instanceof String prompt ? new Own(prompt, type(where, line)) : null);
    }

    private static VerdictType type(final String where, final Map<String, Object> line) {
        if (line.get("labels") instanceof List<?> labels && !labels.isEmpty()) {
            return new Label(labels.stream().map(String::valueOf).toList());
        }
        if (!(line.get("verdict") instanceof Map<?, ?> verdict)) {
            throw new UsageException(where + " has a prompt, and so needs 'labels' or 'verdict': what may be answered");
        }
        try {
            return VerdictType.ofJson(Mappers.JSON.writeValueAsString(verdict));
        } catch (final IllegalArgumentException | JsonProcessingException e) {
            throw new UsageException(where + " has a wrong 'verdict': " + e.getMessage());
        }
    }

    private static Path image(final Path file, final String name, final int number) {
        try {
            return file.toAbsolutePath().resolveSibling(name);
        } catch (final InvalidPathException e) {
            throw new UsageException(
                    file + ":" + number + " names the image '" + name + "', but no file has such a name");
        }
    }

    /** @throws UsageException when a picture cannot be read or is too large */
    List<byte[]> pictures() {
        final List<byte[]> pictures = new ArrayList<>();
        for (final Path image : images) {
            try {
                if (Files.size(image) > MAX_IMAGE_BYTES) {
                    throw new UsageException(image + " is larger than " + MAX_IMAGE_BYTES + " bytes");
                }
                pictures.add(Files.readAllBytes(image));
            } catch (final IOException e) {
                throw new UsageException("the picture " + image + " cannot be read: " + e);
            }
        }
        return pictures;
    }
}

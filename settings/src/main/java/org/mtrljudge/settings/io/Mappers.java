package org.mtrljudge.settings.io;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The mappers that read and write files and HTTP answers, one per format. They are configured only here. Code that needs another
 * option sets it on a reader: {@code YAML.readerFor(…).with(…)}.
 */
public final class Mappers {
    /** Keys are the names of the record components, unchanged. */
    public static final ObjectMapper JSON = JsonMapper.builder().build();

    /** Keys are the names of the record components in snake case. The settings of a run use a separate, stricter mapper. */
    public static final ObjectMapper YAML = YAMLMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .build();

    private Mappers() {}

    /**
     * Reads a JSON file as one value.
     *
     * @throws IOException when the file cannot be read, is not of the type, or contains only the word null, which Jackson accepts
     */
    public static <T> T read(final Path file, final Class<T> type) throws IOException {
        final T value = JSON.readValue(file.toFile(), type);
        if (value == null) {
            throw new IOException("it is empty");
        }
        return value;
    }

    /**
     * Reads one value from JSON that stands in a record or a line of somebody else.
     *
     * @throws IllegalArgumentException that says what is wrong with the text
     */
    public static <T> T ofJson(final String json, final Class<T> type) {
        try {
            final T value = JSON.readValue(json, type);
            if (value == null) {
                throw new IllegalArgumentException("it is empty");
            }
            return value;
        } catch (final JsonProcessingException e) {
            throw new IllegalArgumentException(
                    e.getCause() instanceof IllegalArgumentException wrong
                            ? wrong.getMessage()
                            : e.getOriginalMessage(),
                    e);
        }
    }
}

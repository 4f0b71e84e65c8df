package org.mtrljudge.model.checkpoint;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.settings.io.Mappers;

/** Reads the files of a checkpoint that are not weights. They come from elsewhere, so that nothing in them is believed. */
final class CheckpointFiles {
    /** The largest of them is a tokenizer, of 11 MB for Qwen3-VL. */
    private static final long MAX_BYTES = 64 << 20;

    private CheckpointFiles() {}

    /** @throws ModelException when the file cannot be read or is too large */
    static byte[] bytes(final Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new ModelException(file + " is larger than " + MAX_BYTES
                        + " bytes: it is not the file of a checkpoint, copy it again");
            }
            return Files.readAllBytes(file);
        } catch (final IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** @throws ModelException when the file cannot be read, is too large, or is not JSON */
    static JsonNode json(final Path file) {
        final byte[] content = bytes(file);
        try {
            return Mappers.JSON.readTree(content);
        } catch (final IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /**
     * The path of a name that a file contains.
     *
     * @throws ModelException when no file can have the name
     */
    static Path path(final String name, final Path origin) {
        try {
            return Path.of(name);
        } catch (final InvalidPathException e) {
            throw new ModelException(origin + " names '" + name + "', which is not the name of a file: correct it", e);
        }
    }
}

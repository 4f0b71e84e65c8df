package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Settings that are a text, or the name of a file with this text. The file is read with the settings, so a run keeps the text that it began
 * with, wherever it is resumed.
 */
final class TextSettings {
    private static final String SECTION = "data";
    private static final String NAME = "format_prompt";
    /** This setting may have no value, whatever its default is. */
    static final String KEY = SECTION + "." + NAME;

    private static final Pattern FILE = Pattern.compile(".+\\.(jinja|txt)");
    private static final int MAX_BYTES = 64 << 10;

    private TextSettings() {}

    /** Puts the text in the place of the file name, and nothing in the place of a blank text. */
    static void resolve(final ObjectNode tree) {
        final JsonNode value = tree.path(SECTION).path(NAME);
        if (value.isTextual() && tree.get(SECTION) instanceof ObjectNode section) {
            final String text = text(value.asText().strip());
            section.set(NAME, text.isEmpty() ? NullNode.instance : TextNode.valueOf(text));
        }
    }

    private static String text(final String setting) {
        if (FILE.matcher(setting).matches()) {
            return read(Path.of(setting)).strip();
        }
        if (!setting.isEmpty() && isFile(setting)) {
            throw new UsageException("wrong setting: " + KEY + " is the name of the file " + setting
                    + ", which must end with .jinja or .txt to be read");
        }
        return setting;
    }

    private static boolean isFile(final String setting) {
        try {
            return Files.exists(Path.of(setting));
        } catch (final InvalidPathException e) {
            return false;
        }
    }

    private static String read(final Path file) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new UsageException(
                        "wrong setting: " + KEY + " is " + file + ", which is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readString(file);
        } catch (final IOException e) {
            throw new UsageException("wrong setting: " + KEY + " is " + file + ", which cannot be read: " + e);
        }
    }
}

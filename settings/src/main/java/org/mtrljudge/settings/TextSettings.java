package org.mtrljudge.settings;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/**
 * Settings that are a text, or the name of a file with this text. The file is read with the settings, so a run keeps the text that it began
 * with, wherever it is resumed.
 */
final class TextSettings {
    private static final String SECTION = "data";
    private static final String FORMAT = "format_prompt";
    private static final List<String> NAMES = List.of("system_prompt", FORMAT);
    /** This setting may have no value, whatever its default is. */
    static final String KEY = SECTION + "." + FORMAT;

    /** The format prompt that depends on the model and the data. */
    private static final String AUTO = "auto";
    /** The judge that was made to follow {@link #AUTO_SHORT}. */
    private static final String SHIPPED = "judge-tiny";

    private static final String AUTO_SHORT = "Think in <think></think>, then answer in <answer></answer>.";
    /** For a model that has to be told more, on data whose questions may name no labels. */
    private static final String AUTO_LONG =
            "First think about it between <think> and </think>. Then write your verdict between <answer>"
                    + " and </answer>: {{ labels }}, and nothing else.";

    private static final Pattern FILE = Pattern.compile(".+\\.(jinja|txt)");
    private static final int MAX_BYTES = 64 << 10;

    private TextSettings() {}

    /** Puts the text in the place of the file name, and nothing in the place of a blank text. */
    static void resolve(final ObjectNode tree) {
        if (tree.get(SECTION) instanceof ObjectNode section) {
            final boolean mine = section.path("file").isTextual();
            final String auto = mine && !tree.path("model").asText().equals(SHIPPED) ? AUTO_LONG : AUTO_SHORT;
            resolve(section, SECTION + ".", auto);
            checkAliases(section, SECTION + ".");
            section.path("per_task").properties().forEach(task -> {
                if (task.getValue() instanceof ObjectNode own) {
                    resolve(own, SECTION + ".per_task." + task.getKey() + ".", auto);
                    checkAliases(own, SECTION + ".per_task." + task.getKey() + ".");
                }
            });
        }
    }

    /** YAML makes a truth value of a yes or no without quotes, which would be no verdict. */
    private static void checkAliases(final ObjectNode section, final String prefix) {
        section.path("verdict").path("aliases").properties().forEach(alias -> {
            if (!alias.getValue().isTextual()) {
                throw new UsageException(
                        "wrong setting: " + prefix + "verdict.aliases: the verdict of '" + alias.getKey() + "' is "
                                + alias.getValue() + ", which is no text: write it in quotes, as in \"yes\"");
            }
        });
    }

    private static void resolve(final ObjectNode section, final String prefix, final String auto) {
        for (final String name : NAMES) {
            final JsonNode value = section.path(name);
            if (value.isTextual()) {
                final String said = text(value.asText().strip(), prefix + name);
                final String text = name.equals(FORMAT) && said.equals(AUTO) ? auto : said;
                section.set(name, text.isEmpty() ? NullNode.instance : TextNode.valueOf(text));
            }
        }
    }

    private static String text(final String setting, final String key) {
        if (FILE.matcher(setting).matches()) {
            return read(Path.of(setting), key).strip();
        }
        if (!setting.isEmpty() && isFile(setting)) {
            throw new UsageException("wrong setting: " + key + " is the name of the file " + setting
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

    private static String read(final Path file, final String key) {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new UsageException(
                        "wrong setting: " + key + " is " + file + ", which is larger than " + MAX_BYTES + " bytes");
            }
            return Files.readString(file);
        } catch (final IOException e) {
            throw new UsageException("wrong setting: " + key + " is " + file + ", which cannot be read: " + e);
        }
    }
}

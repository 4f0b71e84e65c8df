package org.mtrljudge.reward.grader;

import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.mtrljudge.settings.io.Mappers;

/** Reads the entries of lists in the settings, whose keys the settings themselves do not check. */
public final class Entries {
    private Entries() {}

    /**
     * @param where the setting, for messages
     * @param entry keys in snake case
     * @throws IllegalArgumentException that names the key
     */
    public static <T> T read(final String where, final Map<String, Object> entry, final Class<T> type) {
        try {
            return Mappers.YAML.convertValue(entry, type);
        } catch (final IllegalArgumentException e) {
            throw new IllegalArgumentException(where + ": " + explain(e), e);
        }
    }

    private static String explain(final IllegalArgumentException e) {
        if (e.getCause() instanceof UnrecognizedPropertyException unknown) {
            return "unknown key '" + unknown.getPropertyName() + "'; allowed here: "
                    + new TreeSet<>(unknown.getKnownPropertyIds());
        }
        return e.getCause() instanceof JsonMappingException wrong
                ? wrong.getPath().stream()
                                .map(JsonMappingException.Reference::getFieldName)
                                .collect(Collectors.joining("."))
                        + ": " + wrong.getOriginalMessage()
                : String.valueOf(e.getMessage());
    }

    /**
     * The constant of this name, which is written in lower case; - is as good as _.
     *
     * @throws IllegalArgumentException that names the key and what is allowed
     */
    public static <E extends Enum<E>> E oneOf(final String key, final String word, final Class<E> type) {
        return Arrays.stream(type.getEnumConstants())
                .filter(constant -> word(constant).equals(word.replace('-', '_')))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(key + " is '" + word + "', allowed is "
                        + Arrays.stream(type.getEnumConstants())
                                .map(Entries::word)
                                .collect(Collectors.joining(", "))));
    }

    /** The constant as it is written in settings. */
    public static String word(final Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }
}

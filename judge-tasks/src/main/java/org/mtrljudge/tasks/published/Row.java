package org.mtrljudge.tasks.published;

import java.nio.ByteBuffer;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Sha256;
import org.mtrljudge.tasks.DataException;

/**
 * A row of a published file: columns by name, values as text, numbers, bytes, lists and maps.
 *
 * @param where the file and the number of the row, for error messages
 */
public record Row(String where, Map<String, ?> values) {

    /** A picture in a row: either its bytes or its path. */
    record Picture(byte @Nullable [] bytes, @Nullable String path) {
        /** The same for the same picture, whatever its row says of it. */
        String identity() {
            return bytes == null ? String.valueOf(path) : Sha256.of(ByteBuffer.wrap(bytes));
        }
    }

    /** The error that something is wrong in this row. */
    public DataException wrong(final String what) {
        return new DataException(where + " " + what);
    }

    private Object value(final String column) {
        final Object value = values.get(column);
        if (value == null) {
            throw wrong("has nothing under '" + column + "'; there are " + values.keySet());
        }
        return value;
    }

    String text(final String column) {
        final String text = anyText(column);
        if (text.isEmpty()) {
            throw wrong("has no text under '" + column + "'");
        }
        return text;
    }

    /** A text that may be empty, such as the answer of a model that said nothing. */
    String anyText(final String column) {
        return String.valueOf(value(column)).strip();
    }

    double number(final String column) {
        final Object value = value(column);
        final double number = asNumber(value);
        if (!Double.isFinite(number)) {
            throw wrong("has '" + value + "' under '" + column + "', but a finite number is needed");
        }
        return number;
    }

    /** The value as a number; NaN for a text that is none. */
    private static double asNumber(final Object value) {
        try {
            return value instanceof Number n
                    ? n.doubleValue()
                    : Double.parseDouble(String.valueOf(value).strip());
        } catch (final NumberFormatException e) {
            return Double.NaN;
        }
    }

    List<?> list(final String column) {
        if (value(column) instanceof List<?> list) {
            return list;
        }
        throw wrong("has no list under '" + column + "'");
    }

    /** The meaning of the text in a column. */
    String meaning(final String column, final Map<String, String> meanings) {
        final String meaning = meanings.get(text(column));
        if (meaning == null) {
            throw wrong("has '" + text(column) + "' under '" + column + "', but one of "
                    + new TreeSet<>(meanings.keySet()) + " is needed");
        }
        return meaning;
    }

    /** The object in a column, as a row with columns of its own. */
    Row inside(final String column) {
        return inside(value(column), column);
    }

    /** The objects of the list in a column, as rows. */
    List<Row> allInside(final String column) {
        return list(column).stream().map(value -> inside(value, column)).toList();
    }

    private Row inside(final @Nullable Object value, final String column) {
        if (!(value instanceof Map<?, ?> struct)) {
            throw wrong("has no object under '" + column + "'");
        }
        final Map<String, Object> columns = new HashMap<>();
        struct.forEach((name, inner) -> {
            if (inner != null) {
                columns.put(String.valueOf(name), inner);
            }
        });
        return new Row(where, columns);
    }

    Picture picture(final String column) {
        return picture(value(column), column);
    }

    List<Picture> pictures(final String column) {
        return list(column).stream().map(value -> picture(value, column)).toList();
    }

    /** Text is a path. A struct has {@code bytes} or {@code path}, as in data sets on the hub. */
    private Picture picture(final @Nullable Object value, final String column) {
        if (value instanceof byte[] bytes) {
            return new Picture(bytes, null);
        }
        if (value instanceof String path && !path.isBlank()) {
            return new Picture(null, path.strip());
        }
        if (value instanceof Map<?, ?> struct) {
            if (struct.get("bytes") instanceof byte[] bytes) {
                return new Picture(bytes, null);
            }
            if (struct.get("bytes") instanceof String encoded) {
                return new Picture(decoded(encoded, column), null);
            }
            if (struct.get("path") instanceof String path) {
                return new Picture(null, path);
            }
        }
        throw wrong("has no picture under '" + column + "': a path, bytes, or a struct of bytes or path is needed");
    }

    private byte[] decoded(final String base64, final String column) {
        try {
            return Base64.getDecoder().decode(base64);
        } catch (final IllegalArgumentException e) {
            throw wrong("has bytes under '" + column + "' that are not Base64");
        }
    }
}

package org.mtrljudge.tasks.published;

import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.DataException;

/** Rows of a Parquet file; groups are maps, and what is no text is bytes: the way the hub's data sets hold pictures. */
final class ParquetRows {
    private ParquetRows() {}

    static void read(final Path file, final Consumer<Map<String, Object>> add) throws IOException {
        try (CloseableIterator<Map<String, Object>> rows = open(file)) {
            while (rows.hasNext()) {
                add.accept(columns(rows.next()));
            }
        } catch (final DataException e) {
            throw e;
        } catch (final RuntimeException e) { // whatever the library makes of damaged bytes
            throw new DataException(file + " cannot be read as Parquet: " + e.getMessage(), e);
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // the reader knows maps by their raw class
    private static CloseableIterator<Map<String, Object>> open(final Path file) throws IOException {
        return (CloseableIterator) new CarpetReader<>(file.toFile(), Map.class).iterator();
    }

    private static Map<String, Object> columns(final Map<?, ?> row) {
        final Map<String, Object> columns = new HashMap<>();
        row.forEach((column, value) -> {
            final Object plain = plain(value);
            if (plain != null) {
                columns.put(String.valueOf(column), plain);
            }
        });
        return columns;
    }

    private static @Nullable Object plain(final @Nullable Object value) {
        if (value instanceof Binary binary) {
            return binary.getBytes(); // the reader uses its buffer again
        }
        if (value instanceof Map<?, ?> group) {
            return columns(group);
        }
        if (value instanceof List<?> list) {
            return list.stream().map(ParquetRows::plain).toList();
        }
        return value;
    }
}

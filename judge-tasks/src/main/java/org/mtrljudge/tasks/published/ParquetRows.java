package org.mtrljudge.tasks.published;

import com.jerolba.carpet.CarpetReader;
import com.jerolba.carpet.CloseableIterator;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.parquet.io.api.Binary;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.DataException;

/** Reads the rows of a Parquet file. Groups are maps, and binary values without text are bytes, as in pictures on the hub. */
final class ParquetRows {
    private ParquetRows() {}

    static void read(final Path file, final Consumer<Map<String, Object>> add) throws IOException {
        // every row has a picture or a text, but a few bytes can claim any number of equal rows
        final long mostRows = Files.size(file);
        try (CloseableIterator<Map<String, Object>> rows = readable(file, () -> open(file))) {
            for (long read = 0; readable(file, rows::hasNext); read++) {
                if (read == mostRows) {
                    throw new DataException(file + " has more rows than bytes, so it is no data set: replace the file");
                }
                add.accept(readable(file, () -> columns(rows.next())));
            }
        }
    }

    private interface Reading<T> {
        T read() throws IOException;
    }

    /** What a step of reading gives; what is wrong there is wrong in the file, other than what the taker of rows does. */
    private static <T> T readable(final Path file, final Reading<T> reading) throws IOException {
        try {
            return reading.read();
        } catch (final RuntimeException e) {
            // the library throws various exceptions for damaged bytes
            throw new DataException(file + " cannot be read as Parquet: " + e.getMessage(), e);
        } catch (final OutOfMemoryError e) {
            // damaged bytes can claim a page of any size
            throw new DataException(
                    file + " cannot be read as Parquet: it claims more than the memory of this process holds; check the"
                            + " file, or divide it into smaller ones",
                    e);
        }
    }

    // the reader identifies maps by their raw class
    @SuppressWarnings({"unchecked", "rawtypes"})
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
            // a copy, because the reader reuses its buffer
            return binary.getBytes();
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

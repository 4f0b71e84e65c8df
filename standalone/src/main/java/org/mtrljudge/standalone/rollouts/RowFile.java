package org.mtrljudge.standalone.rollouts;

import com.jerolba.carpet.CarpetWriter;
import com.jerolba.carpet.ColumnNamingStrategy;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import org.mtrljudge.settings.UsageException;
import org.mtrljudge.settings.io.Mappers;

/** A new file of rows. The ending of its name decides the format. */
sealed interface RowFile extends Closeable {
    void write(RolloutRow row) throws IOException;

    /**
     * @param name the name that the file will have
     * @param file where it is written now
     * @throws UsageException when the ending is no format
     */
    static RowFile create(final Path name, final Path file) throws IOException {
        final String lower = name.toString().toLowerCase(Locale.ROOT);
        if (lower.endsWith(".jsonl")) {
            return new JsonLines(Files.newBufferedWriter(file));
        }
        if (lower.endsWith(".parquet")) {
            return new Parquet(new CarpetWriter.Builder<>(Files.newOutputStream(file), RolloutRow.class)
                    .withColumnNamingStrategy(ColumnNamingStrategy.SNAKE_CASE)
                    .build());
        }
        throw new UsageException(name + " ends neither in .jsonl nor in .parquet: the ending says the format");
    }

    /** A row per line. */
    record JsonLines(BufferedWriter lines) implements RowFile {
        @Override
        public void write(final RolloutRow row) throws IOException {
            lines.write(Mappers.JSON.writeValueAsString(row));
            lines.newLine();
        }

        @Override
        public void close() throws IOException {
            lines.close();
        }
    }

    /** A row group holds up to 128 MB in memory, as the library has it. */
    record Parquet(CarpetWriter<RolloutRow> rows) implements RowFile {
        @Override
        public void write(final RolloutRow row) throws IOException {
            try {
                rows.write(row);
            } catch (final UncheckedIOException e) {
                throw e.getCause();
            }
        }

        @Override
        public void close() throws IOException {
            rows.close();
        }
    }
}

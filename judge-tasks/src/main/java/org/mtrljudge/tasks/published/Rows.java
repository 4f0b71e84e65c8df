package org.mtrljudge.tasks.published;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.mtrljudge.tasks.DataException;

/** Reads published files row by row: CSV with a header, JSON lines, JSON (a list, or an object that holds one list), by the file's ending. */
final class Rows {
    private static final int MAX_ROWS = 10_000_000;
    private static final TypeReference<Map<String, Object>> ROW = new TypeReference<>() {};
    private static final ObjectMapper JSON = new ObjectMapper();

    private Rows() {}

    /** @throws DataException that names the file and what is wrong with it */
    static List<Row> read(final Path file) {
        final List<Row> rows = new ArrayList<>();
        final Consumer<Map<String, Object>> add = values -> {
            if (rows.size() == MAX_ROWS) {
                throw new DataException(file + " has more than " + MAX_ROWS + " rows");
            }
            rows.add(new Row(file + " row " + (rows.size() + 1), values));
        };
        final String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        try {
            if (name.endsWith(".csv")) {
                readCsv(file, add);
            } else if (name.endsWith(".jsonl")) {
                readAll(JSON.readerFor(ROW).readValues(file.toFile()), add);
            } else if (name.endsWith(".json")) {
                readJson(file, add);
            } else {
                throw new DataException(file + " is no .csv, .jsonl or .json file");
            }
        } catch (final JsonProcessingException e) {
            throw new DataException(
                    file + " row " + (rows.size() + 1) + " cannot be read: " + e.getOriginalMessage(), e);
        } catch (final UncheckedIOException | IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (rows.isEmpty()) {
            throw new DataException(file + " has no rows");
        }
        return rows;
    }

    private static void readCsv(final Path file, final Consumer<Map<String, Object>> add) throws IOException {
        readAll(
                new CsvMapper()
                        .readerFor(ROW)
                        .with(CsvSchema.emptySchema().withHeader())
                        .readValues(file.toFile()),
                add);
    }

    private static void readAll(
            final MappingIterator<Map<String, Object>> values, final Consumer<Map<String, Object>> add)
            throws IOException {
        try (values) {
            while (values.hasNextValue()) {
                add.accept(values.nextValue());
            }
        }
    }

    private static void readJson(final Path file, final Consumer<Map<String, Object>> add) throws IOException {
        final Object root = JSON.readValue(Files.readAllBytes(file), Object.class);
        final List<?> found;
        if (root instanceof List<?> list) {
            found = list;
        } else if (root instanceof Map<?, ?> map
                && map.values().stream().filter(List.class::isInstance).count() == 1) {
            found = map.values().stream()
                    .filter(List.class::isInstance)
                    .map(List.class::cast)
                    .findFirst()
                    .orElseThrow();
        } else {
            throw new DataException(file + " holds no list of rows");
        }
        found.forEach(row -> add.accept(JSON.convertValue(row, ROW)));
    }
}

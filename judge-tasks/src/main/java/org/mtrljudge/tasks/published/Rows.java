package org.mtrljudge.tasks.published;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.MappingIterator;
import com.fasterxml.jackson.dataformat.csv.CsvMapper;
import com.fasterxml.jackson.dataformat.csv.CsvSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.DataException;

/**
 * Reads published files row by row. The file extension decides the format: CSV (with a header, or with the columns of the set), JSON
 * lines, JSON (a list, or an object with one list), or Parquet. For a folder, it reads all such files in the order of their names.
 */
public final class Rows {
    private static final int MAX_ROWS = 10_000_000;
    private static final List<String> ENDINGS = List.of("csv", "jsonl", "json", "parquet");
    private static final TypeReference<Map<String, Object>> ROW = new TypeReference<>() {};

    private Rows() {}

    /** @throws DataException that names the file and the error in it */
    static List<Row> read(final Path file) {
        return read(file, List.of());
    }

    /**
     * @param columns the columns of a CSV file that has no header and separates values by spaces; empty for a file with a header
     * @throws DataException that names the file and the error in it
     */
    static List<Row> read(final Path file, final List<String> columns) {
        final List<Row> rows = new ArrayList<>();
        for (final Path one : files(file)) {
            each(one, columns, rows::add);
        }
        return rows;
    }

    /**
     * Reads one file, without holding its rows.
     *
     * @throws DataException that names the file and the error in it
     */
    public static void each(final Path file, final Consumer<Row> take) {
        each(file, List.of(), take);
    }

    /** The files of a folder whose ending is a format, in the order of their names; the file itself where it is one. */
    public static List<Path> files(final Path file) {
        if (!Files.isDirectory(file)) {
            return List.of(file);
        }
        try (Stream<Path> inside = Files.list(file)) {
            final List<Path> files =
                    inside.filter(one -> ENDINGS.contains(ending(one))).sorted().toList();
            if (files.isEmpty()) {
                throw new DataException(file + " holds no file that ends in one of " + ENDINGS);
            }
            return files;
        } catch (final IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static String ending(final Path file) {
        final String name = String.valueOf(file.getFileName()).toLowerCase(Locale.ROOT);
        return name.substring(name.lastIndexOf('.') + 1);
    }

    private static void each(final Path file, final List<String> columns, final Consumer<Row> take) {
        final int[] read = {0};
        final Consumer<Map<String, Object>> add = values -> {
            if (read[0] == MAX_ROWS) {
                throw new DataException(file + " has more than " + MAX_ROWS + " rows");
            }
            read[0]++;
            take.accept(new Row(file + " row " + read[0], values));
        };
        try {
            switch (ending(file)) {
                case "csv" -> {
                    if (columns.isEmpty()) {
                        readCsv(file, add);
                    } else {
                        readTable(file, columns, add);
                    }
                }
                case "jsonl" -> readAll(Mappers.JSON.readerFor(ROW).readValues(file.toFile()), add);
                case "json" -> readJson(file, add);
                case "parquet" -> ParquetRows.read(file, add);
                default -> throw new DataException(file + " does not end in one of " + ENDINGS);
            }
        } catch (final JsonProcessingException e) {
            throw new DataException(file + " row " + (read[0] + 1) + " cannot be read: " + e.getOriginalMessage(), e);
        } catch (final UncheckedIOException | IOException e) {
            throw new DataException(file + " cannot be read: " + e.getMessage(), e);
        }
        if (read[0] == 0) {
            throw new DataException(file + " has no rows");
        }
    }

    private static void readCsv(final Path file, final Consumer<Map<String, Object>> add) throws IOException {
        readAll(
                new CsvMapper()
                        .readerFor(ROW)
                        .with(CsvSchema.emptySchema().withHeader())
                        .readValues(file.toFile()),
                add);
    }

    private static void readTable(final Path file, final List<String> columns, final Consumer<Map<String, Object>> add)
            throws IOException {
        int number = 0;
        for (final String line : Files.readAllLines(file)) {
            if (line.isBlank()) {
                continue;
            }
            number++;
            final String[] values = line.strip().split("\\s+", -1);
            if (values.length != columns.size()) {
                throw new DataException(file + " row " + number + " has " + values.length + " values, but "
                        + columns.size() + " are needed, separated by spaces: " + columns);
            }
            final Map<String, Object> row = new LinkedHashMap<>();
            for (int i = 0; i < values.length; i++) {
                row.put(columns.get(i), values[i]);
            }
            add.accept(row);
        }
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
        final Object root = Mappers.JSON.readValue(file.toFile(), Object.class);
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
        for (int i = 0; i < found.size(); i++) {
            if (!(found.get(i) instanceof Map<?, ?>)) {
                throw new DataException(file + " row " + (i + 1) + " is not a JSON object with the columns of the set");
            }
            add.accept(Mappers.JSON.convertValue(found.get(i), ROW));
        }
    }
}

package org.mtrljudge.tasks.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PictureFolder;
import org.mtrljudge.tasks.Split;

/**
 * Data of the user: one JSON object per line. Required are {@code prompt} ({@code <image>} at the place of each picture),
 * {@code images} (paths relative to the file), {@code answer} and {@code task}. Optional are {@code split} (train, validation, test),
 * {@code labels}, {@code pair} (equal in the two lines that ask one question in both orders), {@code demonstration} and {@code grade}
 * (the score by a human). The labels of a task are its answers unless a line names labels.
 */
public final class JsonlData implements ExampleSource {
    private static final int MAX_LINE_LENGTH = 1 << 20;
    private static final int MAX_LABELS = 20;
    private static final String IMAGE = "<image>";

    private record Row(
            int line,
            String task,
            String prompt,
            List<String> images,
            String answer,
            @Nullable List<String> labels,
            Split split,
            @Nullable String pair,
            @Nullable String demonstration,
            @Nullable Double grade) {}

    private final Path file;
    private final PictureFolder pictures;
    private final Map<Split, Map<String, List<Row>>> rows = new EnumMap<>(Split.class);
    private final Map<String, List<String>> labels = new LinkedHashMap<>();
    /** Maps split, task and pair name to the indices of the two orders among the rows of the task. */
    private final Map<List<?>, List<Integer>> pairs = new HashMap<>();

    private JsonlData(final Path file) {
        this.file = file;
        this.pictures = new PictureFolder(file.toAbsolutePath().normalize().resolveSibling(""));
        for (final Split split : Split.values()) {
            rows.put(split, new LinkedHashMap<>());
        }
    }

    /** @throws DataException that names the file and line of the first error */
    public static JsonlData read(final Path file) {
        final JsonlData data = new JsonlData(file);
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    data.add(data.parse(line, number));
                }
            }
        } catch (final CharacterCodingException e) {
            throw new DataException(file + " is not UTF-8 text", e);
        } catch (final IOException e) {
            throw new DataException("the data file " + file + " cannot be read: " + e.getMessage(), e);
        }
        data.check();
        return data;
    }

    private Row parse(final String line, final int number) {
        if (line.length() > MAX_LINE_LENGTH) {
            throw wrong(number, "is longer than " + MAX_LINE_LENGTH + " characters");
        }
        final JsonNode node;
        try {
            node = Mappers.JSON.readTree(line);
        } catch (final JsonProcessingException e) {
            throw wrong(number, "is not JSON: " + e.getOriginalMessage());
        }
        if (!node.isObject()) {
            throw wrong(number, "is not a JSON object");
        }
        final List<String> images = strings(node, "images", number);
        final String prompt = text(node, "prompt", number);
        final int placeholders = prompt.split(IMAGE, -1).length - 1;
        if (placeholders != images.size()) {
            throw wrong(number, "has " + placeholders + " " + IMAGE + " placeholders and " + images.size() + " images");
        }
        images.forEach(image -> checkImage(image, number));
        return new Row(
                number,
                text(node, "task", number),
                prompt,
                images,
                text(node, "answer", number),
                node.has("labels") ? labels(node, number) : null,
                split(node, number),
                node.has("pair") ? text(node, "pair", number) : null,
                node.has("demonstration") ? text(node, "demonstration", number) : null,
                grade(node, number));
    }

    private String text(final JsonNode node, final String key, final int number) {
        final JsonNode value = node.get(key);
        if (value == null || !value.isTextual() || value.asText().isBlank()) {
            throw wrong(number, "has no text under '" + key + "'");
        }
        return value.asText();
    }

    private List<String> strings(final JsonNode node, final String key, final int number) {
        final JsonNode array = node.get(key);
        if (array == null || !array.isArray()) {
            throw wrong(number, "has no list under '" + key + "'");
        }
        final List<String> values = new ArrayList<>();
        for (final JsonNode value : array) {
            if (!value.isTextual()) {
                throw wrong(number, "has " + value + " in '" + key + "', but a text is needed");
            }
            values.add(value.asText());
        }
        return List.copyOf(values);
    }

    private List<String> labels(final JsonNode node, final int number) {
        final List<String> labels = strings(node, "labels", number);
        if (Set.copyOf(labels).size() < labels.size()) {
            throw wrong(number, "has the labels " + labels + ", but each label may be named only once");
        }
        return labels;
    }

    private @Nullable Double grade(final JsonNode node, final int number) {
        final JsonNode grade = node.path("grade");
        if (!grade.isNumber()) {
            return null;
        }
        if (!Double.isFinite(grade.asDouble())) {
            throw wrong(number, "has a number under 'grade' that is too large");
        }
        return grade.asDouble();
    }

    private Split split(final JsonNode node, final int number) {
        final String name = node.path("split").asText("train");
        for (final Split split : Split.values()) {
            if (split.lowerName().equals(name)) {
                return split;
            }
        }
        throw wrong(number, "has the split '" + name + "', but only train, validation and test are allowed");
    }

    private void checkImage(final String image, final int number) {
        try {
            pictures.check(image);
        } catch (final DataException e) {
            throw wrong(number, image, e);
        }
    }

    private DataException wrong(final int number, final String image, final DataException why) {
        return wrong(number, "names the image " + image + ", which " + why.getMessage());
    }

    private DataException wrong(final int number, final String what) {
        return new DataException(file + ":" + number + " " + what);
    }

    private void add(final Row row) {
        final List<Row> others = rowsOf(row.split).computeIfAbsent(row.task, t -> new ArrayList<>());
        if (row.pair != null) {
            final List<Integer> orders =
                    pairs.computeIfAbsent(List.of(row.split, row.task, row.pair), p -> new ArrayList<>());
            orders.add(others.size());
            if (orders.size() > 2) {
                throw wrong(row.line, "is the third line of the pair '" + row.pair + "' in task " + row.task);
            }
        }
        others.add(row);
        if (row.labels != null) {
            final List<String> before = labels.putIfAbsent(row.task, row.labels);
            if (before != null && !before.equals(row.labels)) {
                throw wrong(
                        row.line,
                        "gives task " + row.task + " the labels " + row.labels + ", but an earlier line gives "
                                + before);
            }
        }
    }

    @Override
    public int otherOrder(final String task, final Split split, final int index) {
        final String pair = rowsOf(split).getOrDefault(task, List.of()).get(index).pair;
        if (pair == null) {
            return -1;
        }
        return pairs.getOrDefault(List.of(split, task, pair), List.of()).stream()
                .filter(order -> order != index)
                .findFirst()
                .orElse(-1);
    }

    private Map<String, List<Row>> rowsOf(final Split split) {
        return Objects.requireNonNull(rows.get(split));
    }

    private void check() {
        final Map<String, Set<String>> answers = new LinkedHashMap<>();
        for (final Map<String, List<Row>> tasks : rows.values()) {
            tasks.forEach((task, list) -> list.forEach(row -> {
                answers.computeIfAbsent(task, t -> new LinkedHashSet<>()).add(row.answer);
                final List<String> allowed = labels.get(task);
                if (allowed != null && !allowed.contains(row.answer)) {
                    throw wrong(
                            row.line, "has the answer '" + row.answer + "', but task " + task + " allows " + allowed);
                }
            }));
        }
        answers.forEach((task, seen) -> {
            if (seen.size() > MAX_LABELS) {
                throw new DataException(file + ": task " + task + " has " + seen.size()
                        + " different answers; a judge needs a few labels: give them under 'labels'");
            }
            labels.putIfAbsent(task, List.copyOf(seen));
        });
        if (rowsOf(Split.TRAIN).isEmpty() || rowsOf(Split.TEST).isEmpty()) {
            throw new DataException(file + " needs lines with \"split\": \"train\" and lines with \"split\": \"test\"");
        }
    }

    @Override
    public List<String> tasks(final Split split) {
        return List.copyOf(rowsOf(split).keySet());
    }

    @Override
    public int size(final String task, final Split split) {
        return rowsOf(split).getOrDefault(task, List.of()).size();
    }

    @Override
    public JudgeExample example(final String task, final Split split, final int index) {
        final Row row = rowsOf(split).getOrDefault(task, List.of()).get(index);
        final List<ExampleImage> images = new ArrayList<>();
        for (final String image : row.images) {
            images.add(new ExampleImage(() -> picture(row, image), image));
        }
        return new JudgeExample(
                "line-" + row.line,
                task,
                row.prompt,
                images,
                row.answer,
                labels.getOrDefault(task, List.of()),
                row.pair,
                row.demonstration,
                row.grade);
    }

    private byte[] picture(final Row row, final String image) {
        try {
            return pictures.read(image);
        } catch (final DataException e) {
            throw wrong(row.line, image, e);
        }
    }
}

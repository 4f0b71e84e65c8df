package org.mtrljudge.tasks.source;

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
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.PictureFolder;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Data of the user: one JSON object per line. Required are {@code prompt} ({@code <image>} at the place of each picture),
 * {@code images} (paths relative to the file), {@code answer} and {@code task}. Optional are {@code split} (train, validation, test),
 * {@code labels} or {@code verdict} (another type of verdict), {@code pair} (equal in the lines that ask one question in both orders, or in more), {@code demonstration} and {@code grade}
 * (the score by a human). The labels of a task are its answers unless a line names labels.
 */
public final class JsonlData implements ExampleSource {
    private static final int MAX_LINE_LENGTH = 1 << 20;
    private static final int MAX_LABELS = 20;

    private final Path file;
    private final PictureFolder pictures;
    private final Map<Split, Map<String, List<JsonlRow>>> rows = new EnumMap<>(Split.class);
    private final Map<String, VerdictType> types = new LinkedHashMap<>();
    /** Maps split, task and pair name to the indices of all orders among the rows of the task. */
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
        try (BufferedReader reader =
                new BufferedReader(new LineLimit(Files.newBufferedReader(file), MAX_LINE_LENGTH, data::tooLong))) {
            int number = 0;
            for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                number++;
                if (!line.isBlank()) {
                    data.add(JsonlRow.parse(line, number, data::wrong));
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

    private void checkImages(final JsonlRow row) {
        for (final String image : row.images()) {
            try {
                pictures.check(image);
            } catch (final DataException e) {
                throw wrong(row.line(), image, e);
            }
        }
    }

    private DataException tooLong(final int number) {
        return wrong(number, "is longer than " + MAX_LINE_LENGTH + " characters");
    }

    private DataException wrong(final int number, final String image, final DataException why) {
        return wrong(number, "names the image " + image + ", which " + why.getMessage());
    }

    private DataException wrong(final int number, final String what) {
        return new DataException(file + ":" + number + " " + what);
    }

    private void add(final JsonlRow row) {
        checkImages(row);
        final List<JsonlRow> others = rowsOf(row.split()).computeIfAbsent(row.task(), t -> new ArrayList<>());
        if (row.pair() != null) {
            final List<Integer> orders =
                    pairs.computeIfAbsent(List.of(row.split(), row.task(), row.pair()), p -> new ArrayList<>());
            orders.add(others.size());
            if (orders.size() > MAX_ORDERS) {
                throw wrong(
                        row.line(),
                        "is one more than " + MAX_ORDERS + " lines of the pair '" + row.pair() + "' in task "
                                + row.task());
            }
        }
        others.add(row);
        if (row.verdictType() != null) {
            final VerdictType before = types.putIfAbsent(row.task(), row.verdictType());
            if (before != null && !before.equals(row.verdictType())) {
                throw wrong(
                        row.line(),
                        "says that a verdict of task " + row.task() + " is " + row.verdictType()
                                + ", but an earlier line says " + before);
            }
        }
    }

    @Override
    public List<Integer> otherOrders(final String task, final Split split, final int index) {
        final String pair =
                rowsOf(split).getOrDefault(task, List.of()).get(index).pair();
        if (pair == null) {
            return List.of();
        }
        return pairs.getOrDefault(List.of(split, task, pair), List.of()).stream()
                .filter(order -> order != index)
                .toList();
    }

    private Map<String, List<JsonlRow>> rowsOf(final Split split) {
        return Objects.requireNonNull(rows.get(split));
    }

    private void check() {
        final Map<String, Set<String>> answers = new LinkedHashMap<>();
        for (final Map<String, List<JsonlRow>> tasks : rows.values()) {
            tasks.forEach((task, list) -> list.forEach(row -> {
                answers.computeIfAbsent(task, t -> new LinkedHashSet<>()).add(row.answer());
                final VerdictType type = types.get(task);
                if (type != null && type.readReference(row.answer()) == null) {
                    throw wrong(
                            row.line(),
                            "has the answer '" + row.answer() + "', but a verdict of task " + task + " is "
                                    + type.allowed());
                }
            }));
        }
        answers.forEach((task, seen) -> {
            if (seen.size() > MAX_LABELS && (types.get(task) == null || types.get(task) instanceof Label)) {
                throw new DataException(file + ": task " + task + " has " + seen.size()
                        + " different answers; a judge needs a few labels, under 'labels', or a score under 'verdict'");
            }
            types.putIfAbsent(task, new Label(List.copyOf(seen)));
        });
        checkOrders();
        if (rowsOf(Split.TRAIN).isEmpty() || rowsOf(Split.TEST).isEmpty()) {
            throw new DataException(file + " needs lines with \"split\": \"train\" and lines with \"split\": \"test\"");
        }
    }

    /** Two questions with one name would be one question in many orders. */
    private void checkOrders() {
        final Map<List<?>, Integer> orders = new HashMap<>();
        pairs.forEach((pair, lines) -> {
            if (lines.size() > 1) {
                final List<?> splitAndTask = pair.subList(0, 2);
                final int others = orders.computeIfAbsent(splitAndTask, t -> lines.size());
                if (others != lines.size()) {
                    throw new DataException(file + ": task " + pair.get(1) + " has pairs of " + others
                            + " lines and the pair '" + pair.get(2) + "' of " + lines.size()
                            + ": every question of a task has equally many orders");
                }
            }
        });
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
        final JsonlRow row = rowsOf(split).getOrDefault(task, List.of()).get(index);
        final VerdictType type = Objects.requireNonNull(types.get(task));
        final List<ExampleImage> images = new ArrayList<>();
        for (final String image : row.images()) {
            images.add(new ExampleImage(() -> picture(row, image), image));
        }
        return new JudgeExample(
                "line-" + row.line(),
                task,
                row.prompt(),
                images,
                Objects.requireNonNull(type.readReference(row.answer())),
                type,
                row.pair(),
                row.demonstration(),
                row.grade());
    }

    private byte[] picture(final JsonlRow row, final String image) {
        try {
            return pictures.read(image);
        } catch (final DataException e) {
            throw wrong(row.line(), image, e);
        }
    }
}

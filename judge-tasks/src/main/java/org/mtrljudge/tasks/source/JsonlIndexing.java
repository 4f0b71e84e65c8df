package org.mtrljudge.tasks.source;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.WritableByteChannel;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.Label;
import org.mtrljudge.tasks.verdict.VerdictType;

/** Reads the data of the user once, checks every line, and collects where the examples of each task are. */
final class JsonlIndexing {
    private static final int MAX_LABELS = 20;
    /** A task whose verdicts are numbers has many answers. Beyond these, its first lines have to say so. */
    private static final int MAX_UNTYPED_ANSWERS = 100_000;

    private final JsonlFile file;
    private final Map<Split, Map<String, SectionRows>> sections = new EnumMap<>(Split.class);
    private final Map<String, VerdictType> types = new LinkedHashMap<>();
    /** By task: the answers of the lines before the type of the task was known, by split, with the first line of each. */
    private final Map<String, Map<Split, Map<String, Integer>>> answers = new LinkedHashMap<>();

    private JsonlIndexing(final JsonlFile file) {
        this.file = file;
        for (final Split split : Split.values()) {
            sections.put(split, new LinkedHashMap<>());
        }
    }

    /** @throws DataException that names the file and line of the first error */
    static JsonlIndexing of(final JsonlFile file) {
        final JsonlIndexing indexing = new JsonlIndexing(file);
        try (InputStream in = file.open()) {
            final ByteLines lines = new ByteLines(in, JsonlFile.MAX_LINE_BYTES, file::tooLong);
            for (ByteLines.Line line = lines.next(); line != null; line = lines.next()) {
                if (!isBlank(line.bytes())) {
                    indexing.add(file.row(line.bytes(), line.number()), line);
                }
            }
        } catch (final IOException e) {
            throw new DataException("the data file " + file.path() + " cannot be read: " + e.getMessage(), e);
        }
        indexing.finish();
        return indexing;
    }

    private static boolean isBlank(final byte[] line) {
        for (final byte character : line) {
            if (character != ' ' && character != '\t') {
                return false;
            }
        }
        return true;
    }

    private void add(final JsonlRow row, final ByteLines.Line line) {
        file.checkPictures(row);
        of(row.split())
                .computeIfAbsent(row.task(), t -> new SectionRows())
                .add(line.offset(), line.bytes().length, line.number(), row.pair());
        final VerdictType named = row.verdictType();
        if (named != null) {
            final VerdictType before = types.putIfAbsent(row.task(), named);
            if (before != null && !before.equals(named)) {
                throw file.wrong(
                        row.line(),
                        "says that a verdict of task " + row.task() + " is " + named + ", but an earlier line says "
                                + before);
            }
        }
        final VerdictType type = types.get(row.task());
        if (type == null) {
            remember(row);
        } else {
            checkAnswer(row.task(), type, row.answer(), row.line());
        }
    }

    private void remember(final JsonlRow row) {
        final Map<String, Integer> seen = answers.computeIfAbsent(row.task(), t -> new EnumMap<>(Split.class))
                .computeIfAbsent(row.split(), s -> new LinkedHashMap<>());
        seen.putIfAbsent(row.answer(), row.line());
        if (seen.size() > MAX_UNTYPED_ANSWERS) {
            throw tooManyAnswers(row.task(), seen.size());
        }
    }

    private DataException tooManyAnswers(final String task, final int different) {
        return file.wrong(": task " + task + " has " + different
                + " different answers; a judge needs a few labels, under 'labels', or a score under 'verdict'");
    }

    private void checkAnswer(final String task, final VerdictType type, final String answer, final int line) {
        if (type.readReference(answer) == null) {
            throw file.wrong(
                    line, "has the answer '" + answer + "', but a verdict of task " + task + " is " + type.allowed());
        }
    }

    /** A task whose lines name no type has the labels that its answers are, those of the training split first. */
    private void finish() {
        answers.forEach((task, bySplit) -> {
            final Map<String, Integer> seen = new LinkedHashMap<>();
            bySplit.values().forEach(split -> split.forEach(seen::putIfAbsent));
            final VerdictType type = types.get(task);
            if (type != null) {
                seen.forEach((answer, line) -> checkAnswer(task, type, answer, line));
            } else if (seen.size() > MAX_LABELS) {
                throw tooManyAnswers(task, seen.size());
            } else {
                types.put(task, new Label(List.copyOf(seen.keySet())));
            }
        });
        if (of(Split.TRAIN).isEmpty() || of(Split.TEST).isEmpty()) {
            throw file.wrong(" needs lines with \"split\": \"train\" and lines with \"split\": \"test\"");
        }
    }

    private Map<String, SectionRows> of(final Split split) {
        return sections.getOrDefault(split, Map.of());
    }

    Map<String, VerdictType> types() {
        return types;
    }

    /** The tasks of each split with their numbers of examples, in the order of {@link #writeRows}. */
    List<JsonlIndex.Section> sections() {
        final List<JsonlIndex.Section> all = new ArrayList<>();
        sections.forEach((split, tasks) ->
                tasks.forEach((task, rows) -> all.add(new JsonlIndex.Section(split, task, rows.size()))));
        return all;
    }

    /**
     * Writes the rows of all sections, one section after the other.
     *
     * @throws DataException that names the task and line of a pair that has too many orders, or not as many as the others
     */
    void writeRows(final WritableByteChannel out) throws IOException {
        for (final Map<String, SectionRows> tasks : sections.values()) {
            for (final Map.Entry<String, SectionRows> task : tasks.entrySet()) {
                task.getValue().writeTo(out, rings(task.getKey(), task.getValue()));
            }
        }
    }

    /** Two questions with one name would be one question in many orders. */
    private int[] rings(final String task, final SectionRows rows) {
        return rows.rings(
                (offset, length, line, orders) -> file.wrong(
                        line,
                        "is one more than " + JsonlData.MAX_ORDERS + " lines of the pair '"
                                + file.row(offset, length, line).pair() + "' in task " + task),
                (offset, length, line, orders) -> file.wrong(
                        line,
                        "has the pair '" + file.row(offset, length, line).pair() + "', but task " + task
                                + " has pairs of " + orders
                                + " lines: every question of a task has equally many orders"));
    }
}

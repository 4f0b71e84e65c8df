package org.mtrljudge.tasks.source;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.mtrljudge.settings.io.ContentDigest;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.ExampleImage;
import org.mtrljudge.tasks.ExampleSource;
import org.mtrljudge.tasks.JudgeExample;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.VerdictType;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Data of the user: one JSON object per line. Required are {@code prompt} ({@code <image>} at the place of each picture),
 * {@code images} (paths relative to the file), {@code answer} and {@code task}. Optional are {@code split} (train, validation, test),
 * {@code labels} or {@code verdict} (another type of verdict), {@code pair} (equal in the lines that ask one question in both orders, or in more), {@code demonstration} and {@code grade}
 * (the score by a human). The labels of a task are its answers unless a line names labels.
 *
 * <p>Every line is checked once, and parsed when it is used. A small file is kept in memory. A large one must not change while it is in use;
 * it gets an index beside it, which the next start reads in place of the lines.
 */
public final class JsonlData implements ExampleSource {
    private static final Logger LOG = LoggerFactory.getLogger(JsonlData.class);
    /** Reading a smaller file takes seconds. */
    private static final long KEPT_FROM_BYTES = 64L << 20;

    private final JsonlFile file;
    private final JsonlIndex index;

    private JsonlData(final JsonlFile file, final JsonlIndex index) {
        this.file = file;
        this.index = index;
    }

    /** @throws DataException that names the file and line of the first error */
    public static JsonlData read(final Path file) {
        return read(file, KEPT_FROM_BYTES);
    }

    /** Reads and checks every line, also where the file has an index. */
    static JsonlData readAll(final Path file) {
        return read(file, KEPT_FROM_BYTES, JsonlData::temporary);
    }

    /** @param keptFromBytes the size from which a file gets an index beside it */
    static JsonlData read(final Path file, final long keptFromBytes) {
        return read(file, keptFromBytes, JsonlData::kept);
    }

    /** Finds or makes the index of a large file. */
    private interface Indexed {
        JsonlIndex of(JsonlFile file) throws IOException;
    }

    private static JsonlData read(final Path file, final long keptFromBytes, final Indexed large) {
        try {
            if (Files.size(file) >= keptFromBytes) {
                final JsonlFile data = JsonlFile.onDisk(file);
                return new JsonlData(data, large.of(data));
            }
            final JsonlFile data = JsonlFile.inMemory(file);
            return new JsonlData(data, JsonlIndex.inMemory(JsonlIndexing.of(data)));
        } catch (final IOException e) {
            throw new DataException("the data file " + file + " cannot be read: " + e.getMessage(), e);
        }
    }

    private static JsonlIndex kept(final JsonlFile data) throws IOException {
        final Path place = data.path().resolveSibling(data.path().getFileName() + ".index");
        final String stamp = stamp(data.path());
        final JsonlIndex before = JsonlIndex.open(place, stamp);
        if (before != null) {
            return before;
        }
        LOG.info("every line and every picture of {} is looked up once; the index will be {}", data.path(), place);
        final JsonlIndexing made = JsonlIndexing.of(data);
        try {
            return written(made, place, stamp);
        } catch (final IOException e) {
            LOG.warn(
                    "the index {} cannot be written ({}): the next start will read every line again",
                    place,
                    e.toString());
        }
        // the folder is mounted without the right to write
        return temporary(made, stamp);
    }

    private static JsonlIndex temporary(final JsonlFile data) throws IOException {
        return temporary(JsonlIndexing.of(data), stamp(data.path()));
    }

    private static JsonlIndex temporary(final JsonlIndexing made, final String stamp) throws IOException {
        final Path place = Files.createTempFile("judge-", ".index");
        try {
            return written(made, place, stamp);
        } finally {
            // what is mapped stays
            Files.deleteIfExists(place);
        }
    }

    private static JsonlIndex written(final JsonlIndexing made, final Path place, final String stamp)
            throws IOException {
        JsonlIndex.write(place, stamp, made);
        final JsonlIndex index = JsonlIndex.open(place, stamp);
        if (index == null) {
            throw new IOException(place + " was changed while it was written");
        }
        return index;
    }

    /** Tells a file from what it was before. */
    private static String stamp(final Path file) throws IOException {
        return Files.getLastModifiedTime(file).toMillis() + " " + ContentDigest.of(file, name -> true);
    }

    @Override
    public List<Integer> otherOrders(final String task, final Split split, final int row) {
        return index.otherOrders(split, task, row);
    }

    @Override
    public List<String> tasks(final Split split) {
        return index.tasks(split);
    }

    @Override
    public int size(final String task, final Split split) {
        return index.size(split, task);
    }

    /** @throws DataException when the line is no longer what it was when the file was read */
    @Override
    public JudgeExample example(final String task, final Split split, final int number) {
        final JsonlIndex.Row place = index.row(split, task, number);
        final JsonlRow row = file.row(place.offset(), place.length(), place.line());
        final VerdictType type = index.type(task);
        final String answer = type.readReference(row.answer());
        if (!row.task().equals(task) || row.split() != split || answer == null) {
            throw file.wrong(row.line(), "has changed while the file is in use");
        }
        final List<ExampleImage> images = new ArrayList<>();
        for (final String image : row.images()) {
            images.add(new ExampleImage(() -> file.picture(row.line(), image), image));
        }
        return new JudgeExample(
                "line-" + row.line(),
                task,
                row.prompt(),
                images,
                answer,
                type,
                row.pair(),
                row.demonstration(),
                row.grade());
    }
}

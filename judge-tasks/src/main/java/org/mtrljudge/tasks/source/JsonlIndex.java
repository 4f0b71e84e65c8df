package org.mtrljudge.tasks.source;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.settings.io.Mappers;
import org.mtrljudge.tasks.Split;
import org.mtrljudge.tasks.verdict.VerdictType;

/**
 * Where the examples of a data file are, in memory or in a file that is mapped: a magic number, the length of a JSON head, the head, and the
 * rows of all sections.
 */
final class JsonlIndex {
    private static final long MAGIC = 0x4a55444745494458L; // JUDGEIDX
    private static final int VERSION = 1;
    private static final int START_BYTES = Long.BYTES + 2 * Integer.BYTES;
    private static final int MAX_HEAD_BYTES = 16 << 20;

    private final Map<List<?>, ByteBuffer> rows = new LinkedHashMap<>();
    private final Map<String, VerdictType> types = new LinkedHashMap<>();

    /** The number of examples of one task in one split. */
    record Section(Split split, String task, int size) {}

    /**
     * @param stamp what the data file was when the index was made
     * @param types the types of verdicts as JSON, by task
     */
    private record Head(String stamp, List<Section> sections, Map<String, String> types) {}

    /** The place of an example in the data file. */
    record Row(long offset, int length, int line) {}

    /** Gives a part of an index. */
    private interface Parts {
        ByteBuffer part(long from, int bytes) throws IOException;
    }

    private JsonlIndex(final Head head, final long from, final Parts parts) throws IOException {
        long next = from;
        for (final Section section : head.sections) {
            final long bytes = (long) section.size * SectionRows.ROW_BYTES;
            if (section.size < 0 || bytes > Integer.MAX_VALUE) {
                throw new IOException("task " + section.task + " has " + section.size
                        + " examples in one split, more than can be indexed: give a part of them another task");
            }
            rows.put(List.of(section.split, section.task), parts.part(next, (int) bytes));
            next += bytes;
        }
        head.types.forEach((task, type) -> types.put(task, VerdictType.ofJson(type)));
    }

    /** Makes an index in memory. */
    static JsonlIndex inMemory(final JsonlIndexing data) throws IOException {
        final ByteArrayOutputStream all = new ByteArrayOutputStream();
        data.writeRows(Channels.newChannel(all));
        final ByteBuffer bytes = ByteBuffer.wrap(all.toByteArray());
        return new JsonlIndex(head("", data), 0, (from, length) -> bytes.slice((int) from, length));
    }

    private static Head head(final String stamp, final JsonlIndexing data) {
        final Map<String, String> types = new LinkedHashMap<>();
        data.types().forEach((task, type) -> types.put(task, type.toJson()));
        return new Head(stamp, data.sections(), types);
    }

    /** Writes an index into a file, which is there as a whole or not at all. */
    static void write(final Path to, final String stamp, final JsonlIndexing data) throws IOException {
        final Path unfinished = to.resolveSibling(
                to.getFileName() + "." + ProcessHandle.current().pid() + ".unfinished");
        try {
            try (FileChannel out = FileChannel.open(
                    unfinished,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                final byte[] head = Mappers.JSON.writeValueAsBytes(head(stamp, data));
                final ByteBuffer start = ByteBuffer.allocate(START_BYTES + head.length);
                start.putLong(MAGIC)
                        .putInt(VERSION)
                        .putInt(head.length)
                        .put(head)
                        .flip();
                writeAll(out, start);
                data.writeRows(out);
            }
            Files.move(unfinished, to, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(unfinished);
        }
    }

    private static void writeAll(final WritableByteChannel out, final ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            out.write(bytes);
        }
    }

    /**
     * Opens an index that was written for a data file.
     *
     * @return null when the file is not there, cannot be read, is no index of this build, or is that of other data
     */
    static @Nullable JsonlIndex open(final Path file, final String stamp) {
        if (!Files.isRegularFile(file)) {
            return null;
        }
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            final Head head = readHead(in);
            if (head == null || !stamp.equals(head.stamp)) {
                return null;
            }
            final long from = START_BYTES + headBytes(in);
            final long rows = head.sections.stream().mapToLong(Section::size).sum();
            return in.size() == from + rows * SectionRows.ROW_BYTES
                    ? new JsonlIndex(head, from, (start, bytes) -> in.map(FileChannel.MapMode.READ_ONLY, start, bytes))
                    : null;
        } catch (final IOException | RuntimeException e) {
            // somebody else may have written it: whatever is wrong, it is made again
            return null;
        }
    }

    private static int headBytes(final FileChannel in) throws IOException {
        return read(in, Long.BYTES + Integer.BYTES, Integer.BYTES).getInt();
    }

    private static @Nullable Head readHead(final FileChannel in) throws IOException {
        if (in.size() < START_BYTES) {
            return null;
        }
        final ByteBuffer start = read(in, 0, START_BYTES);
        if (start.getLong() != MAGIC || start.getInt() != VERSION) {
            return null;
        }
        final int bytes = start.getInt();
        if (bytes < 2 || bytes > MAX_HEAD_BYTES || bytes > in.size() - START_BYTES) {
            return null;
        }
        try {
            return Mappers.JSON.readValue(
                    new String(read(in, START_BYTES, bytes).array(), StandardCharsets.UTF_8), Head.class);
        } catch (final JsonProcessingException e) {
            return null;
        }
    }

    private static ByteBuffer read(final FileChannel in, final long from, final int bytes) throws IOException {
        final ByteBuffer read = ByteBuffer.allocate(bytes);
        while (read.hasRemaining() && in.read(read, from + read.position()) >= 0) {
            // a read may return less
        }
        return read.flip();
    }

    List<String> tasks(final Split split) {
        return rows.keySet().stream()
                .filter(key -> key.get(0) == split)
                .map(key -> String.valueOf(key.get(1)))
                .toList();
    }

    int size(final Split split, final String task) {
        final ByteBuffer section = rows.get(List.of(split, task));
        return section == null ? 0 : section.capacity() / SectionRows.ROW_BYTES;
    }

    VerdictType type(final String task) {
        final VerdictType type = types.get(task);
        if (type == null) {
            throw new IllegalArgumentException("there is no task " + task);
        }
        return type;
    }

    /** @throws IndexOutOfBoundsException when the task has no such example */
    Row row(final Split split, final String task, final int index) {
        final ByteBuffer section = section(split, task);
        final int at = index * SectionRows.ROW_BYTES;
        return new Row(
                section.getLong(at), section.getInt(at + Long.BYTES), section.getInt(at + Long.BYTES + Integer.BYTES));
    }

    /** The other rows of the pair of a row, in their order. */
    List<Integer> otherOrders(final Split split, final String task, final int index) {
        final ByteBuffer section = section(split, task);
        final TreeSet<Integer> others = new TreeSet<>();
        int row = next(section, index);
        while (row != SectionRows.ALONE && row != index && others.size() < JsonlData.MAX_ORDERS) {
            others.add(row);
            row = next(section, row);
        }
        return new ArrayList<>(others);
    }

    private static int next(final ByteBuffer section, final int index) {
        return section.getInt(index * SectionRows.ROW_BYTES + Long.BYTES + 2 * Integer.BYTES);
    }

    private ByteBuffer section(final Split split, final String task) {
        final ByteBuffer section = rows.get(List.of(split, task));
        if (section == null) {
            throw new IndexOutOfBoundsException("task " + task + " has no examples in the split " + split.lowerName());
        }
        return section;
    }
}

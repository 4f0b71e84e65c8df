package org.mtrljudge.tasks.source;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.tasks.DataException;
import org.mtrljudge.tasks.PictureFolder;

/** The file of {@link JsonlData} and the folder of its pictures. It names its lines in messages. */
final class JsonlFile {
    /** The maximum length of a line in bytes. */
    static final int MAX_LINE_BYTES = 1 << 20;

    private final Path path;
    private final byte @Nullable [] content;
    private final PictureFolder pictures;

    private JsonlFile(final Path path, final byte @Nullable [] content) {
        this.path = path;
        this.content = content;
        this.pictures = new PictureFolder(path.toAbsolutePath().normalize().resolveSibling(""));
    }

    /** A file that may change while it is in use. */
    static JsonlFile inMemory(final Path path) throws IOException {
        return new JsonlFile(path, Files.readAllBytes(path));
    }

    /** A file that is read whenever a line is used. */
    static JsonlFile onDisk(final Path path) {
        return new JsonlFile(path, null);
    }

    Path path() {
        return path;
    }

    InputStream open() throws IOException {
        return content == null ? Files.newInputStream(path) : new ByteArrayInputStream(content);
    }

    /**
     * Parses the bytes of a line.
     *
     * @throws DataException when they are not an example
     */
    JsonlRow row(final byte[] line, final int number) {
        try {
            final String text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(line))
                    .toString();
            return JsonlRow.parse(text, number, this::wrong);
        } catch (final CharacterCodingException e) {
            throw new DataException(path + " is not UTF-8 text", e);
        }
    }

    /**
     * Reads and parses one line.
     *
     * @param offset the place of its first byte
     * @throws DataException when the line is no longer an example
     * @throws UncheckedIOException when the disk or the mount fails
     */
    JsonlRow row(final long offset, final int length, final int number) {
        if (offset < 0 || length < 0 || length > MAX_LINE_BYTES) {
            throw wrong(number, "is not where its index says: delete the index");
        }
        if (content != null) {
            return row(Arrays.copyOfRange(content, (int) offset, (int) offset + length), number);
        }
        final ByteBuffer line = ByteBuffer.allocate(length);
        try (FileChannel in = FileChannel.open(path, StandardOpenOption.READ)) {
            while (line.hasRemaining()) {
                if (in.read(line, offset + line.position()) < 0) {
                    throw wrong(number, "is no longer there: the file has changed while it is in use");
                }
            }
        } catch (final IOException e) {
            throw new UncheckedIOException(path + " cannot be read: " + e.getMessage(), e);
        }
        return row(line.array(), number);
    }

    /** @throws DataException when a picture of the line is missing or refused */
    void checkPictures(final JsonlRow row) {
        for (final String picture : row.images()) {
            try {
                pictures.check(picture);
            } catch (final DataException e) {
                throw wrong(row.line(), picture, e);
            }
        }
    }

    /** @throws DataException when the picture is missing or refused */
    byte[] picture(final int line, final String name) {
        try {
            return pictures.read(name);
        } catch (final DataException e) {
            throw wrong(line, name, e);
        }
    }

    private DataException wrong(final int line, final String picture, final DataException why) {
        return wrong(line, "names the image " + picture + ", which " + why.getMessage());
    }

    DataException wrong(final int line, final String what) {
        return new DataException(path + ":" + line + " " + what);
    }

    /** What is wrong with the file as a whole. */
    DataException wrong(final String what) {
        return new DataException(path + what);
    }

    DataException tooLong(final int line) {
        return wrong(line, "is longer than " + MAX_LINE_BYTES + " bytes");
    }
}

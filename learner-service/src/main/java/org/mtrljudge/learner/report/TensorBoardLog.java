package org.mtrljudge.learner.report;

import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.zip.CRC32C;

/**
 * Writes metrics as TensorBoard event files: one folder per phase, in which each process starts its own file. Records have the
 * TFRecord format (length and content, each with its masked CRC32C). The messages are {@code event.proto} and {@code summary.proto}
 * of the TensorBoard sources. Scalars need five of their fields.
 */
final class TensorBoardLog {
    private static final int EVENT_WALL_TIME = 1;
    private static final int EVENT_STEP = 2;
    private static final int EVENT_FILE_VERSION = 3;
    private static final int EVENT_SUMMARY = 5;
    private static final int SUMMARY_VALUE = 1;
    private static final int VALUE_TAG = 1;
    private static final int VALUE_SIMPLE = 2;
    private static final String FILE_VERSION = "brain.Event:2";
    private static final int MASK_DELTA = 0xa282ead8;

    private final Path folder;
    private final Clock clock;
    private final Map<String, Path> files = new HashMap<>();

    /** @param folder the log directory for TensorBoard */
    TensorBoardLog(final Path folder, final Clock clock) {
        this.folder = folder;
        this.clock = clock;
    }

    /** Appends the metrics of a step. Values that are not finite are left out, because the axes of TensorBoard cannot show them. */
    void write(final String phase, final int step, final Map<String, Double> metrics) {
        try {
            Path file = files.get(phase);
            if (file == null) {
                file = begin(phase);
                files.put(phase, file);
            }
            append(file, event(step, metrics));
        } catch (final IOException e) {
            throw new UncheckedIOException("events cannot be written under " + folder + ": " + e.getMessage(), e);
        }
    }

    private Path begin(final String phase) throws IOException {
        final Path own = folder.resolve(phase);
        Files.createDirectories(own);
        final Path file = own.resolve(String.format(
                Locale.ROOT,
                "events.out.tfevents.%010d.%d",
                clock.millis() / 1000,
                ProcessHandle.current().pid()));
        append(file, message(fields -> {
            fields.writeDouble(EVENT_WALL_TIME, clock.millis() / 1000.0);
            fields.writeString(EVENT_FILE_VERSION, FILE_VERSION);
        }));
        return file;
    }

    private byte[] event(final int step, final Map<String, Double> metrics) throws IOException {
        final byte[] summary = message(values -> {
            for (final Map.Entry<String, Double> metric : metrics.entrySet()) {
                if (Double.isFinite(metric.getValue())) {
                    values.writeByteArray(SUMMARY_VALUE, value(metric.getKey(), metric.getValue()));
                }
            }
        });
        return message(fields -> {
            fields.writeDouble(EVENT_WALL_TIME, clock.millis() / 1000.0);
            fields.writeInt64(EVENT_STEP, step);
            fields.writeByteArray(EVENT_SUMMARY, summary);
        });
    }

    private static byte[] value(final String tag, final double value) throws IOException {
        return message(fields -> {
            fields.writeString(VALUE_TAG, tag);
            fields.writeFloat(VALUE_SIMPLE, (float) value);
        });
    }

    /** Writes the fields of a message. */
    private interface Fields {
        void to(CodedOutputStream out) throws IOException;
    }

    private static byte[] message(final Fields fields) throws IOException {
        final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        final CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        fields.to(out);
        out.flush();
        return bytes.toByteArray();
    }

    private static void append(final Path file, final byte[] message) throws IOException {
        final ByteBuffer length =
                ByteBuffer.allocate(Long.BYTES).order(ByteOrder.LITTLE_ENDIAN).putLong(0, message.length);
        final ByteBuffer record = ByteBuffer.allocate(Long.BYTES + 2 * Integer.BYTES + message.length)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(length.array())
                .putInt(maskedCrc(length.array()))
                .put(message)
                .putInt(maskedCrc(message));
        Files.write(file, record.array(), StandardOpenOption.CREATE, StandardOpenOption.APPEND);
    }

    private static int maskedCrc(final byte[] bytes) {
        final CRC32C crc = new CRC32C();
        crc.update(bytes);
        return Integer.rotateRight((int) crc.getValue(), 15) + MASK_DELTA;
    }
}

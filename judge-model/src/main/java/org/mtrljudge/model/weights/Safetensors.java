package org.mtrljudge.model.weights;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.settings.io.Mappers;

/**
 * Reads and writes the safetensors format: 8 bytes for the length of the header, a JSON header, the raw little-endian tensors.
 * Every length is compared with the size of the buffer before data is read.
 */
public final class Safetensors {
    private static final int MAX_IMAGE_BYTES = Integer.MAX_VALUE - 8;

    /** A tensor of a file: its shape, its number type in the file, and its bytes. */
    public record Tensor(Shape shape, WeightType type, TensorTransfer.Source bytes) {}

    private Safetensors() {}

    /** Creates one image of all tensors in memory. */
    static ByteBuffer image(
            final SortedMap<String, NDArray> tensors, final WeightType type, final TensorTransfer transfer) {
        final long size = imageBytes(tensors, type);
        if (size > MAX_IMAGE_BYTES) {
            throw new ModelException("weights of " + size + " bytes do not fit into one image of at most "
                    + MAX_IMAGE_BYTES + " bytes: train an adapter (actor.model.lora.rank)");
        }
        final ByteBuffer image = ByteBuffer.allocate((int) size);
        try {
            write(tensors, type, type, transfer, new IntoBuffer(image));
        } catch (final IOException e) {
            throw new IllegalStateException("writing to memory failed", e);
        }
        return image.flip();
    }

    /** The size of such an image in bytes. */
    static long imageBytes(final SortedMap<String, NDArray> tensors, final WeightType type) {
        return 8L
                + header(tensors, type).length
                + tensors.values().stream().mapToLong(NDArray::size).sum() * type.bytes();
    }

    /** A channel into a buffer that is large enough. */
    private record IntoBuffer(ByteBuffer buffer) implements WritableByteChannel {
        @Override
        public int write(final ByteBuffer source) {
            final int bytes = source.remaining();
            buffer.put(source);
            return bytes;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }

    /** Writes tensors of type {@code type} as numbers of type {@code written}. */
    public static void write(
            final SortedMap<String, NDArray> tensors,
            final WeightType type,
            final WeightType written,
            final TensorTransfer transfer,
            final WritableByteChannel out)
            throws IOException {
        final byte[] header = header(tensors, written);
        final ByteBuffer start = ByteBuffer.allocate(8 + header.length).order(ByteOrder.LITTLE_ENDIAN);
        start.putLong(header.length).put(header).flip();
        while (start.hasRemaining()) {
            out.write(start);
        }
        for (final NDArray tensor : tensors.values()) {
            transfer.write(tensor, type, written, out);
        }
    }

    /** The JSON header, padded with spaces to a multiple of 8 bytes. */
    private static byte[] header(final SortedMap<String, NDArray> tensors, final WeightType type) {
        final ObjectNode header = Mappers.JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (final Map.Entry<String, NDArray> entry : tensors.entrySet()) {
            final ObjectNode node = header.putObject(entry.getKey());
            node.put("dtype", type.name());
            node.set(
                    "shape",
                    Mappers.JSON.valueToTree(entry.getValue().getShape().getShape()));
            final long end = offset + entry.getValue().size() * type.bytes();
            node.set("data_offsets", Mappers.JSON.valueToTree(new long[] {offset, end}));
            offset = end;
        }
        final String json = header.toString();
        return (json + " ".repeat(-json.length() & 7)).getBytes(StandardCharsets.US_ASCII);
    }

    /**
     * Reads all tensors of a buffer and checks their names and shapes before memory is allocated.
     *
     * @param origin names the source in error messages
     * @throws ModelException when the buffer is not a safetensors image, or a tensor is missing, unknown or of the wrong shape
     */
    public static SortedMap<String, Tensor> read(
            final ByteBuffer buffer, final SortedMap<String, Shape> expected, final Path origin) {
        final ByteBuffer in = buffer.slice().order(ByteOrder.LITTLE_ENDIAN);
        final int headerBytes =
                SafetensorsHeader.length(in.remaining() < 8 ? -1 : in.getLong(0), in.remaining(), origin);
        final byte[] header = new byte[headerBytes];
        in.get(8, header);
        final ByteBuffer body = in.slice(8 + headerBytes, in.remaining() - 8 - headerBytes);
        final SortedMap<String, Tensor> found = new TreeMap<>();
        SafetensorsHeader.entries(header, body.capacity(), origin)
                .forEach((name, e) -> found.put(
                        name,
                        new Tensor(
                                e.shape(),
                                e.type(),
                                (target, from) ->
                                        target.put(body.slice((int) (e.start() + from), target.remaining())))));
        check(found, expected, origin);
        return found;
    }

    /**
     * Reads the header of a file of any size; the bytes of its tensors are read later. The tensors are not compared with an
     * architecture.
     *
     * @throws ModelException when the file is not a safetensors file
     */
    public static SortedMap<String, Tensor> read(final Path file) {
        final SortedMap<String, Tensor> found = new TreeMap<>();
        open(file, in -> found.putAll(tensors(file, in, null)));
        return found;
    }

    /**
     * Passes on the tensors of a file that stays open meanwhile, so that they can be read although somebody else deletes the file.
     *
     * @throws ModelException when the file is not a safetensors file
     */
    static void readOpen(final Path file, final Consumer<SortedMap<String, Tensor>> reader) {
        open(file, in -> reader.accept(tensors(file, in, in)));
    }

    /** Reads from an open file. */
    private interface Reading {
        void from(FileChannel in) throws IOException;
    }

    private static void open(final Path file, final Reading reading) {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            reading.from(in);
        } catch (final IOException e) {
            throw new ModelException(file + " cannot be read: " + e.getMessage(), e);
        }
    }

    /** @param later the open file from which the bytes are read later; null: the file is opened again */
    private static SortedMap<String, Tensor> tensors(
            final Path file, final FileChannel in, final @Nullable FileChannel later) throws IOException {
        final ByteBuffer length = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
        final int headerBytes =
                SafetensorsHeader.length(in.read(length, 0) < 8 ? -1 : length.getLong(0), in.size(), file);
        final ByteBuffer header = ByteBuffer.allocate(headerBytes);
        while (header.hasRemaining() && in.read(header, 8 + header.position()) >= 0) {}
        final long bodyStart = 8L + headerBytes;
        final SortedMap<String, Tensor> found = new TreeMap<>();
        SafetensorsHeader.entries(header.array(), in.size() - bodyStart, file)
                .forEach((name, e) -> found.put(
                        name, new Tensor(e.shape(), e.type(), new FileBytes(file, later, bodyStart + e.start()))));
        return found;
    }

    /** @throws ModelException when a tensor is missing, unknown or of the wrong shape */
    public static void check(
            final Map<String, Tensor> found, final SortedMap<String, Shape> expected, final Path origin) {
        expected.forEach((name, shape) -> {
            final Tensor tensor = found.get(name);
            if (tensor == null) {
                throw new ModelException(origin + ": tensor '" + name + "' " + shape
                        + " is missing: the checkpoint does not belong to its config.json");
            }
            if (!tensor.shape().equals(shape)) {
                throw new ModelException(origin + ": tensor '" + name + "' is " + tensor.shape()
                        + "; its config.json asks for " + shape);
            }
        });
        found.keySet().stream()
                .filter(n -> !expected.containsKey(n))
                .findFirst()
                .ifPresent(n -> {
                    throw new ModelException(origin + ": tensor '" + n + "' is not part of this architecture");
                });
    }
}

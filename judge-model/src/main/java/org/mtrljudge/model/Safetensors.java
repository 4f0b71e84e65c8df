package org.mtrljudge.model;

import ai.djl.ndarray.NDArray;
import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * The safetensors format: 8 bytes header length, a JSON header, the raw little-endian tensors.
 * Every length is checked against the buffer before anything is read.
 */
final class Safetensors {
    private static final int MAX_HEADER_BYTES = 16 << 20;
    private static final ObjectMapper JSON = new ObjectMapper();

    /** A tensor's bytes as they lie in the file, and its shape. */
    record Tensor(Shape shape, WeightType type, ByteBuffer data) {}

    private Safetensors() {}

    static ByteBuffer write(final SortedMap<String, NDArray> tensors, final WeightType type) {
        final ObjectNode header = JSON.createObjectNode();
        header.putObject("__metadata__").put("format", "pt");
        long offset = 0;
        for (final Map.Entry<String, NDArray> entry : tensors.entrySet()) {
            final ObjectNode node = header.putObject(entry.getKey());
            node.put("dtype", type.name());
            node.set("shape", JSON.valueToTree(entry.getValue().getShape().getShape()));
            final long end = offset + entry.getValue().size() * type.bytes();
            node.set("data_offsets", JSON.valueToTree(new long[] {offset, end}));
            offset = end;
        }
        final String json = header.toString();
        final int padded = (json.length() + 7) / 8 * 8; // names are ASCII: characters are bytes
        final ByteBuffer out =
                ByteBuffer.allocate(Math.toIntExact(8 + padded + offset)).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(padded);
        out.put(json.getBytes(StandardCharsets.US_ASCII));
        while (out.position() < 8 + padded) {
            out.put((byte) ' ');
        }
        for (final NDArray tensor : tensors.values()) {
            if (type == WeightType.F32) {
                out.put(tensor.toByteBuffer());
            } else {
                for (final float value : tensor.toFloatArray()) {
                    type.put(value, out);
                }
            }
        }
        return out.flip();
    }

    /**
     * Reads every tensor and checks names and shapes before anything is allocated.
     *
     * @param origin what to call the source in an error
     * @throws ModelException when the buffer is no safetensors image, or a tensor is missing, unknown or misshapen
     */
    static SortedMap<String, Tensor> read(
            final ByteBuffer buffer, final SortedMap<String, Shape> expected, final Path origin) {
        final ByteBuffer in = buffer.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        final long headerBytes = in.remaining() < 8 ? -1 : in.getLong(in.position());
        if (headerBytes < 2 || headerBytes > MAX_HEADER_BYTES || headerBytes > in.remaining() - 8) {
            throw new ModelException(origin + " is not a safetensors file (its header length is " + headerBytes
                    + " bytes): write it again, or copy it again");
        }
        final ByteBuffer body = in.slice(in.position() + 8 + (int) headerBytes, in.remaining() - 8 - (int) headerBytes);
        final SortedMap<String, Tensor> found = new TreeMap<>();
        final JsonNode header = header(in, (int) headerBytes, origin);
        header.properties().forEach(entry -> {
            if (!entry.getKey().equals("__metadata__")) {
                found.put(entry.getKey(), tensor(entry.getKey(), entry.getValue(), body, origin));
            }
        });
        check(found, expected, origin);
        return found;
    }

    private static JsonNode header(final ByteBuffer in, final int length, final Path origin) {
        final byte[] bytes = new byte[length];
        in.get(in.position() + 8, bytes);
        try {
            return JSON.readTree(bytes);
        } catch (final JsonProcessingException e) {
            throw new ModelException(origin + ": the safetensors header is not JSON: " + e.getOriginalMessage(), e);
        } catch (final IOException e) {
            throw new ModelException(origin + ": the safetensors header cannot be read", e);
        }
    }

    private static Tensor tensor(final String name, final JsonNode node, final ByteBuffer body, final Path origin) {
        final String dtype = node.path("dtype").asText();
        final WeightType type = WeightType.named(dtype)
                .orElseThrow(() -> new ModelException(
                        origin + ": tensor '" + name + "' has dtype " + dtype + ", F32 and BF16 are read so far"));
        final long[] dims = new long[node.path("shape").size()];
        for (int i = 0; i < dims.length; i++) {
            dims[i] = node.path("shape").get(i).asLong();
        }
        final long start = node.path("data_offsets").path(0).asLong(-1);
        final long end = node.path("data_offsets").path(1).asLong(-1);
        final Shape shape = new Shape(dims);
        if (start < 0 || end > body.capacity() || end - start != shape.size() * type.bytes()) {
            throw new ModelException(origin + ": tensor '" + name + "' " + shape + " does not fit its bytes " + start
                    + ".." + end + " of " + body.capacity() + ": the file is cut off or damaged");
        }
        return new Tensor(shape, type, body.slice((int) start, (int) (end - start)));
    }

    private static void check(
            final Map<String, Tensor> found, final SortedMap<String, Shape> expected, final Path origin) {
        expected.forEach((name, shape) -> {
            final Tensor tensor = found.get(name);
            if (tensor == null) {
                throw new ModelException(origin + ": tensor '" + name + "' " + shape
                        + " is missing: the checkpoint does not belong to its config.json");
            }
            if (!tensor.shape().equals(shape)) {
                throw new ModelException(origin + ": tensor '" + name + "' is " + tensor.shape()
                        + ", its config.json asks for " + shape);
            }
        });
        found.keySet().stream()
                .filter(n -> !expected.containsKey(n))
                .findFirst()
                .ifPresent(n -> {
                    throw new ModelException(origin + ": tensor '" + n + "' belongs to no part of this architecture");
                });
    }
}

package org.mtrljudge.model.weights;

import ai.djl.ndarray.types.Shape;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.mtrljudge.model.config.ModelException;
import org.mtrljudge.model.config.WeightType;
import org.mtrljudge.settings.io.Mappers;

/** Reads the JSON header of a safetensors file. Nothing that it says is believed before it is compared with the size of the file. */
final class SafetensorsHeader {
    private static final int MAX_BYTES = 16 << 20;
    private static final int MAX_DIMENSIONS = 8;

    private SafetensorsHeader() {}

    /** A tensor's entry in the header. Its bytes are those from {@code start} to {@code end} behind the header. */
    record Entry(Shape shape, WeightType type, long start, long end) {}

    /** Returns the length of the header after comparing it with the size of the file. */
    static int length(final long length, final long fileBytes, final Path origin) {
        if (length < 2 || length > MAX_BYTES || length > fileBytes - 8) {
            throw new ModelException(origin + " is not a safetensors file (its header length is " + length
                    + " bytes): write it again, or copy it again");
        }
        return (int) length;
    }

    /** @throws ModelException when the header is not JSON, or its tensors do not lie one behind the other in the body */
    static Map<String, Entry> entries(final byte[] header, final long bodyBytes, final Path origin) {
        final Map<String, Entry> entries = new LinkedHashMap<>();
        parsed(header, origin).properties().forEach(field -> {
            if (!field.getKey().equals("__metadata__")) {
                entries.put(field.getKey(), entry(field.getKey(), field.getValue(), bodyBytes, origin));
            }
        });
        long at = 0;
        for (final Map.Entry<String, Entry> named : entries.entrySet().stream()
                .sorted(Comparator.comparingLong(e -> e.getValue().start))
                .toList()) {
            if (named.getValue().start != at) {
                throw new ModelException(origin + ": tensor '" + named.getKey() + "' begins at byte "
                        + named.getValue().start + " instead of " + at + ": the offsets in the header are wrong");
            }
            at = named.getValue().end;
        }
        return entries;
    }

    private static JsonNode parsed(final byte[] bytes, final Path origin) {
        try {
            final JsonNode root = Mappers.JSON.readTree(bytes);
            if (!root.isObject()) {
                throw new ModelException(
                        origin + ": the safetensors header is not a JSON object: write the file again");
            }
            return root;
        } catch (final JsonProcessingException e) {
            throw new ModelException(origin + ": the safetensors header is not JSON: " + e.getOriginalMessage(), e);
        } catch (final IOException e) {
            throw new ModelException(origin + ": the safetensors header cannot be read", e);
        }
    }

    private static Entry entry(final String name, final JsonNode node, final long bodyBytes, final Path origin) {
        final String dtype = node.path("dtype").asText();
        final WeightType type = WeightType.named(dtype)
                .orElseThrow(() -> new ModelException(origin + ": tensor '" + name + "' has dtype " + dtype
                        + "; supported are " + Arrays.toString(WeightType.values())));
        final long[] dims = dimensions(name, node.path("shape"), origin);
        final long start = node.path("data_offsets").path(0).asLong(-1);
        final long end = node.path("data_offsets").path(1).asLong(-1);
        if (start < 0 || end < start || end > bodyBytes || end - start != bytes(dims, type)) {
            throw new ModelException(origin + ": tensor '" + name + "' " + Arrays.toString(dims)
                    + " does not fit its bytes " + start + ".." + end + " of " + bodyBytes
                    + ": the file is cut off or damaged");
        }
        return new Entry(new Shape(dims), type, start, end);
    }

    private static long[] dimensions(final String name, final JsonNode shape, final Path origin) {
        final long[] dims = new long[Math.min(shape.size(), MAX_DIMENSIONS)];
        boolean sound = shape.isArray() && shape.size() <= MAX_DIMENSIONS;
        for (int i = 0; i < dims.length && sound; i++) {
            sound = shape.get(i).isIntegralNumber()
                    && shape.get(i).canConvertToLong()
                    && shape.get(i).asLong() >= 0;
            dims[i] = shape.get(i).asLong();
        }
        if (!sound) {
            throw new ModelException(origin + ": the shape of tensor '" + name + "' is not a list of at most "
                    + MAX_DIMENSIONS + " sizes: the header is damaged");
        }
        return dims;
    }

    /** The bytes of a tensor; −1 when they are too many for a number. */
    private static long bytes(final long[] dims, final WeightType type) {
        try {
            return Arrays.stream(dims).reduce(type.bytes(), Math::multiplyExact);
        } catch (final ArithmeticException e) {
            return -1;
        }
    }
}

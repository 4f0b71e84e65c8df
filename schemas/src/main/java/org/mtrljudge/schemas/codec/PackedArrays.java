package org.mtrljudge.schemas.codec;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/** Packs token ids and log-probabilities into little-endian bytes, because Avro's own arrays would box every element. */
public final class PackedArrays {
    private PackedArrays() {}

    public static ByteBuffer ofInts(final int[] values) {
        final ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Integer.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asIntBuffer().put(values);
        return bytes;
    }

    public static ByteBuffer ofFloats(final float[] values) {
        final ByteBuffer bytes =
                ByteBuffer.allocate(values.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(values);
        return bytes;
    }

    /** @throws IllegalArgumentException when the number of bytes is not a multiple of 4 */
    public static int[] toInts(final ByteBuffer bytes) {
        final int[] values = new int[elements(bytes)];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(values);
        return values;
    }

    /** @throws IllegalArgumentException when the number of bytes is not a multiple of 4 */
    public static float[] toFloats(final ByteBuffer bytes) {
        final float[] values = new float[elements(bytes)];
        bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer().get(values);
        return values;
    }

    private static int elements(final ByteBuffer bytes) {
        if (bytes.remaining() % Integer.BYTES != 0) {
            throw new IllegalArgumentException(bytes.remaining() + " bytes are not a whole number of 4-byte elements");
        }
        return bytes.remaining() / Integer.BYTES;
    }
}

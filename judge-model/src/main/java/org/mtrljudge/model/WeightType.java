package org.mtrljudge.model;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.util.Arrays;
import java.util.Optional;

/** How weights lie in a file. In memory they are float32. */
public enum WeightType {
    F32(Float.BYTES) {
        @Override
        void put(final float value, final ByteBuffer out) {
            out.putFloat(value);
        }

        @Override
        float get(final ByteBuffer in) {
            return in.getFloat();
        }
    },
    /** The upper half of a float32, rounded to nearest even. */
    BF16(Short.BYTES) {
        @Override
        void put(final float value, final ByteBuffer out) {
            final int bits = Float.floatToIntBits(value);
            out.putShort((short) (bits + 0x7FFF + (bits >> 16 & 1) >> 16));
        }

        @Override
        float get(final ByteBuffer in) {
            return Float.intBitsToFloat(in.getShort() << 16);
        }
    },
    /** IEEE half precision: read from published checkpoints, never written. */
    F16(Short.BYTES) {
        @Override
        void put(final float value, final ByteBuffer out) {
            throw new UnsupportedOperationException("checkpoints are written as F32 or BF16");
        }

        @Override
        float get(final ByteBuffer in) {
            final short bits = in.getShort();
            final int exponent = bits >> 10 & 0x1f;
            final int mantissa = bits & 0x3ff;
            final float magnitude = switch (exponent) {
                case 0 -> mantissa * 0x1p-24f;
                case 0x1f -> mantissa == 0 ? Float.POSITIVE_INFINITY : Float.NaN;
                default -> Math.scalb(1f + mantissa * 0x1p-10f, exponent - 15);
            };
            return bits < 0 ? -magnitude : magnitude;
        }
    };

    private final int bytes;

    WeightType(final int bytes) {
        this.bytes = bytes;
    }

    int bytes() {
        return bytes;
    }

    abstract void put(float value, ByteBuffer out);

    abstract float get(ByteBuffer in);

    /** The type a safetensors header names, if it is one of these. */
    static Optional<WeightType> named(final String dtype) {
        return Arrays.stream(values()).filter(t -> t.name().equals(dtype)).findFirst();
    }

    /** All elements of a little-endian slice as float32. */
    FloatBuffer toFloats(final ByteBuffer slice) {
        final ByteBuffer in = slice.duplicate().order(ByteOrder.LITTLE_ENDIAN);
        if (this == F32) {
            return in.asFloatBuffer();
        }
        final FloatBuffer floats = FloatBuffer.allocate(in.remaining() / bytes);
        while (floats.hasRemaining()) {
            floats.put(get(in));
        }
        return floats.flip();
    }
}

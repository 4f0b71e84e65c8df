package org.mtrljudge.model.config;

import java.util.Arrays;
import java.util.Optional;

/** The number types of weights, named as safetensors names them. */
public enum WeightType {
    F32(Float.BYTES),
    /** The upper half of a float32; in memory it halves a model, its optimiser stays float32. */
    BF16(Short.BYTES),
    /** IEEE half precision: read from published checkpoints, never computed in nor written. */
    F16(Short.BYTES);

    private final int bytes;

    WeightType(final int bytes) {
        this.bytes = bytes;
    }

    /** Bytes a number takes. */
    public int bytes() {
        return bytes;
    }

    /** The type a safetensors header names, if it is one of these. */
    public static Optional<WeightType> named(final String dtype) {
        return Arrays.stream(values()).filter(t -> t.name().equals(dtype)).findFirst();
    }
}

package org.mtrljudge.model;

import java.util.Arrays;
import java.util.Optional;

/** The number types of weights, named as safetensors names them. */
public enum WeightType {
    F32(Float.BYTES, 6),
    /** The upper half of a float32; in memory it halves a model, its optimiser stays float32. */
    BF16(Short.BYTES, 15),
    /** IEEE half precision: read from published checkpoints, never computed in nor written. */
    F16(Short.BYTES, 5);

    private final int bytes;
    private final int torchCode;

    WeightType(final int bytes, final int torchCode) {
        this.bytes = bytes;
        this.torchCode = torchCode;
    }

    /** Bytes a number takes. */
    public int bytes() {
        return bytes;
    }

    /** The number of libtorch's scalar type. */
    long torchCode() {
        return torchCode;
    }

    /** The type a safetensors header names, if it is one of these. */
    static Optional<WeightType> named(final String dtype) {
        return Arrays.stream(values()).filter(t -> t.name().equals(dtype)).findFirst();
    }
}

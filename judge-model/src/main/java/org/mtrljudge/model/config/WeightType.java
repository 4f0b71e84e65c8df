package org.mtrljudge.model.config;

import java.util.Arrays;
import java.util.Optional;

/** The number types of weights, with the names that they have in safetensors files. */
public enum WeightType {
    F32(Float.BYTES),
    /** The upper half of a float32. It halves the memory of a model; the optimiser's state stays float32. */
    BF16(Short.BYTES),
    /** IEEE half precision. It can be read from published checkpoints, but is neither computed with nor written. */
    F16(Short.BYTES);

    private final int bytes;

    WeightType(final int bytes) {
        this.bytes = bytes;
    }

    /** The number of bytes per number. */
    public int bytes() {
        return bytes;
    }

    /** Finds a type by its name in a safetensors header. */
    public static Optional<WeightType> named(final String dtype) {
        return Arrays.stream(values()).filter(t -> t.name().equals(dtype)).findFirst();
    }
}

package org.mtrljudge.standalone;

import org.jspecify.annotations.Nullable;

/** A run failed: exit code 1. The message says what went wrong and what to do. */
public final class RunException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public RunException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}

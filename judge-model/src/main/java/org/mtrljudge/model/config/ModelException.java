package org.mtrljudge.model.config;

/** A checkpoint, an image or another input is invalid. The message says what is wrong, where, and what to do. */
public final class ModelException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public ModelException(final String message) {
        super(message);
    }

    public ModelException(final String message, final Throwable cause) {
        super(message, cause);
    }
}

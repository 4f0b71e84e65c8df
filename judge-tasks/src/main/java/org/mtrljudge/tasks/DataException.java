package org.mtrljudge.tasks;

/** A data set has an error. The message names the file, the line, and the remedy. */
public final class DataException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public DataException(final String message) {
        super(message);
    }

    public DataException(final String message, final Throwable cause) {
        super(message, cause);
    }
}

package org.mtrljudge.settings;

/** A request of the user cannot be done: wrong settings, wrong names. The message explains everything; no stack trace is needed. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(final String message) {
        super(message);
    }
}

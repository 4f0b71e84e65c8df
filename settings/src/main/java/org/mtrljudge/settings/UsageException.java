package org.mtrljudge.settings;

/** What the user asked for cannot be done as asked: wrong settings, wrong names. Its message is all there is to tell. */
public final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1;

    public UsageException(final String message) {
        super(message);
    }
}

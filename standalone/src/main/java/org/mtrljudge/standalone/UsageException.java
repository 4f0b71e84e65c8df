package org.mtrljudge.standalone;

/** The user asked for something that cannot be: exit code 2. The message says what and what to do. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(final String message) {
        super(message);
    }
}

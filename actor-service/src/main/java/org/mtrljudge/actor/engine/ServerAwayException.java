package org.mtrljudge.actor.engine;

/** A completions server does not answer now. It may come back, so the prompts are not lost: they can be asked again. */
public final class ServerAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ServerAwayException(final String message) {
        super(message);
    }
}

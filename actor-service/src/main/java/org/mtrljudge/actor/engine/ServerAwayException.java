package org.mtrljudge.actor.engine;

/** A completions server cannot answer now. It may later, so the prompts are not lost: they can be asked again. */
public final class ServerAwayException extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final boolean gone;

    /** @param gone whether the server did not answer at all; otherwise it answered that it cannot */
    public ServerAwayException(final String message, final boolean gone) {
        super(message);
        this.gone = gone;
    }

    /** Whether the server did not answer at all, so that another actor with another server is the better one for its prompts. */
    public boolean isGone() {
        return gone;
    }
}

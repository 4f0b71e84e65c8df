package org.mtrljudge.schemas.codec;

import java.io.IOException;
import java.io.UncheckedIOException;

/** An image cannot be read now, because its disk or its mount fails. Trying again may help. */
public final class UnreadableImageException extends UncheckedIOException {
    private static final long serialVersionUID = 1;

    private final boolean rootAway;

    /** @param rootAway whether the folder of all images cannot be read or is empty */
    public UnreadableImageException(final String message, final IOException cause, final boolean rootAway) {
        super(message, cause);
        this.rootAway = rootAway;
    }

    /** Whether the folder of all images cannot be read or is empty, so that the cause is not this image. */
    public boolean isRootAway() {
        return rootAway;
    }
}

package org.mtrljudge.standalone.serve;

import java.io.Serial;

/** A request that is not answered, with the HTTP status that says why. */
final class RequestException extends RuntimeException {
    private static final int BAD = 400;
    static final int UNKNOWN = 401;
    static final int NOT_FOUND = 404;
    static final int BUSY = 429;
    static final int FAILED = 500;
    static final int STOPPING = 503;
    static final int LATE = 504;

    @Serial
    private static final long serialVersionUID = 1;

    private final int status;

    RequestException(final int status, final String message) {
        super(message);
        this.status = status;
    }

    /** A request with a fault. */
    static RequestException bad(final String message) {
        return new RequestException(BAD, message);
    }

    int status() {
        return status;
    }
}

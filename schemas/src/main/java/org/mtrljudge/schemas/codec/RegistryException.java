package org.mtrljudge.schemas.codec;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/**
 * The schema registry cannot do its work. That is no property of a single record, so no record becomes a dead letter: whoever needs the
 * registry ends with this message.
 */
public final class RegistryException extends KafkaException {
    private static final long serialVersionUID = 1L;

    private final boolean mayPass;

    private RegistryException(final String message, final @Nullable Throwable cause, final boolean mayPass) {
        super(message, cause);
        this.mayPass = mayPass;
    }

    /** A failure that remains until somebody changes the registry or the settings. */
    static RegistryException permanent(final String message) {
        return new RegistryException(message, null, false);
    }

    /** A failure that may pass: the registry is starting, is overloaded or cannot be reached. */
    static RegistryException mayPass(final String message, final @Nullable Throwable cause) {
        return new RegistryException(message, cause, true);
    }

    /** Whether the same request may succeed later. */
    public boolean mayPass() {
        return mayPass;
    }
}

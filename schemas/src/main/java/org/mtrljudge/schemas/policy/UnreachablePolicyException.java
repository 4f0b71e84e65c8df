package org.mtrljudge.schemas.policy;

import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;

/** The weights of a policy version cannot be read now: its store or some of its chunks cannot be reached. Trying again may help. */
public final class UnreachablePolicyException extends KafkaException {
    private static final long serialVersionUID = 1;

    public UnreachablePolicyException(final String message, final @Nullable Throwable cause) {
        super(message, cause);
    }
}

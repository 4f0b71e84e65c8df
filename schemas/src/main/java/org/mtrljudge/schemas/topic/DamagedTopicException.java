package org.mtrljudge.schemas.topic;

import org.apache.kafka.common.KafkaException;

/** A record cannot be read in a topic that is only of use as a whole. */
public final class DamagedTopicException extends KafkaException {
    private static final long serialVersionUID = 1L;

    DamagedTopicException(final String topic, final LogOffset place, final Exception why) {
        super(
                topic + " at " + place + " cannot be read: " + why.getMessage()
                        + ". What follows from this topic would be wrong without the record: restore the topic, or start a new run",
                why);
    }
}

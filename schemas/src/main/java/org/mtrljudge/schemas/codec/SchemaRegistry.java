package org.mtrljudge.schemas.codec;

import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Gives writer schemas the ids that stand in front of every record (Confluent's wire format). */
public interface SchemaRegistry {
    /** What writes records instead of {@link AvroSerde}, in the same format; null: nothing does. */
    default @Nullable Serializer<Object> serializer() {
        return null;
    }

    /** The id of a schema under a subject, registered if it is new. */
    int idOf(String subject, Schema schema);

    /**
     * @throws org.apache.kafka.common.errors.SerializationException when no such schema is known
     */
    Schema schemaOf(int id);
}

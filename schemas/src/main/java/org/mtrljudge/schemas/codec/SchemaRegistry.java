package org.mtrljudge.schemas.codec;

import org.apache.avro.Schema;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/** Gives writer schemas the ids that precede every record in Confluent's wire format. */
public interface SchemaRegistry {
    /** The serializer that writes records instead of {@link AvroSerde}, in the same format; null: {@link AvroSerde} writes them. */
    default @Nullable Serializer<Object> serializer() {
        return null;
    }

    /** The id of a schema under a subject. A new schema is registered. */
    int idOf(String subject, Schema schema);

    /**
     * @throws org.apache.kafka.common.errors.SerializationException when the registry has no schema with this id
     */
    Schema schemaOf(int id);
}

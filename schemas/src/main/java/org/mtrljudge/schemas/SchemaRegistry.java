package org.mtrljudge.schemas;

import org.apache.avro.Schema;

/** Gives writer schemas the ids that stand in front of every record (Confluent's wire format). */
public interface SchemaRegistry {
    /** The id of a schema under a subject, registered if it is new. */
    int idOf(String subject, Schema schema);

    /**
     * @throws org.apache.kafka.common.errors.SerializationException when no such schema is known
     */
    Schema schemaOf(int id);
}
